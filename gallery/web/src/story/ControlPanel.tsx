import { useId } from 'react';
import type { StoredValue } from '../api.js';
import { storedOf } from './stored-of.js';
import type { Control, Controls } from './types.js';

/** What somebody chose; of a token control the name of a stored value. */
export type Choices = Readonly<Record<string, string | number | boolean | undefined>>;

interface Props {
  controls: Controls;
  choices: Choices;
  stored: readonly StoredValue[];
  onChoose(name: string, value: string | number | boolean | undefined): void;
  onReset(): void;
}

/** The props of a story, as a form. */
export function ControlPanel({ controls, choices, stored, onChoose, onReset }: Props) {
  const note = useId();
  const names = Object.keys(controls);
  if (names.length === 0) return null;
  const anyFixed = names.some((name) => controls[name]!.fixed);
  return (
    <section className="g-card" aria-labelledby="controls-title">
      <div className="g-card-head">
        <h2 className="g-h2" id="controls-title">
          Props
        </h2>
        <button type="button" className="g-button g-small" onClick={onReset}>
          Reset
        </button>
      </div>
      <div className="g-controls">
        {names.map((name) => (
          <ControlField
            key={name}
            control={controls[name]!}
            value={choices[name]}
            stored={stored}
            fixedNote={note}
            onChange={(value) => onChoose(name, value)}
          />
        ))}
        {anyFixed && (
          <p className="g-hint" id={note}>
            <span className="g-mark" aria-hidden>
              ◆{' '}
            </span>
            Fixed at the first render: a change makes a new element.
          </p>
        )}
      </div>
    </section>
  );
}

interface FieldProps {
  control: Control;
  value: Choices[string];
  stored: readonly StoredValue[];
  /** Id of the text that says what a fixed prop is. */
  fixedNote: string;
  onChange(value: string | number | boolean | undefined): void;
}

function ControlField({ control, value, stored, fixedNote, onChange }: FieldProps) {
  const id = useId();
  const { hint } = control;
  const described = [hint && `${id}-hint`, control.fixed && fixedNote].filter(Boolean).join(' ') || undefined;
  const mark = control.fixed && (
    <span className="g-mark" aria-hidden>
      {' '}
      ◆
    </span>
  );
  const note = hint && (
    <p className="g-hint" id={`${id}-hint`}>
      {hint}
    </p>
  );
  if (control.kind === 'toggle')
    return (
      <div className="g-control">
        <label className="g-check">
          <input
            type="checkbox"
            className="g-checkbox"
            checked={value === true}
            aria-describedby={described}
            onChange={(event) => onChange(event.target.checked)}
          />
          {control.label}
          {mark}
        </label>
        {note}
      </div>
    );
  return (
    <div className="g-control">
      <label className="g-label" htmlFor={id}>
        {control.label}
        {mark}
      </label>
      {control.kind === 'choice' || control.kind === 'token' ? (
        <select
          id={id}
          className="g-input"
          value={String(value ?? '')}
          aria-describedby={described}
          onChange={(event) => onChange(event.target.value)}
        >
          {control.kind === 'choice' ? (
            control.options.map((option) => (
              <option key={option} value={option}>
                {option || '(none)'}
              </option>
            ))
          ) : (
            <>
              {storedOf(control.of, stored).length === 0 && <option value="">(nothing stored yet)</option>}
              {storedOf(control.of, stored)
                .reverse()
                .map(({ name, storedAt }) => (
                  <option key={name} value={name}>
                    {name}, {new Date(storedAt).toLocaleTimeString('en-GB')}
                  </option>
                ))}
            </>
          )}
        </select>
      ) : (
        <input
          id={id}
          className="g-input"
          type={control.kind}
          value={String(value ?? '')}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={described}
          {...(control.kind === 'number' && { min: control.min, max: control.max })}
          onChange={({ target }) => {
            if (control.kind === 'text') return onChange(target.value);
            const next = target.value === '' ? undefined : target.valueAsNumber;
            if (next === undefined || (next >= control.min && next <= control.max)) onChange(next);
          }}
        />
      )}
      {note}
    </div>
  );
}
