import { SecureForm, SecureParagraph } from '@lunasec/react-sdk';
import { Fragment, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { failureOf, type StoredValue } from '../api.js';
import { Stage } from '../preview/Stage.js';
import { themeCSS } from '../preview/css.js';
import { looks, type ThemeSettings } from '../preview/themes.js';
import { useStoredValues } from '../values.js';
import { CodeSample } from './CodeSample.js';
import { ControlPanel, type Choices } from './ControlPanel.js';
import { EventLog } from './EventLog.js';
import { useLog } from './log.js';
import { probe } from './probe.js';
import { storedOf } from './stored-of.js';
import { StoreFirst } from './StoreFirst.js';
import type { Controls, Failure, Handlers, Preview, Story } from './types.js';

interface Props {
  pageId: string;
  story: Story;
  settings: ThemeSettings;
}

/** One story: its preview, its props, its code, and what the page learns. */
export function StoryView({ pageId, story, settings }: Props) {
  const { values: stored, store: send } = useStoredValues();
  const [choices, setChoices] = useState<Choices>(() => initialChoices(story.controls));
  /** Counts remounts that somebody asked for. */
  const [round, setRound] = useState(0);
  const [notice, setNotice] = useState<{ text: string; bad: boolean }>();
  const [shown, setShown] = useState(false);
  const log = useLog();
  const stage = useRef<HTMLDivElement>(null);
  /** Tokens by field, as `onChange` tells them. */
  const [tokens] = useState(() => new Map<string, string>());
  const look = looks[settings.theme];
  const prefix = `${pageId}/${story.id}`;
  const { form = 'around', language = 'tsx' } = story;
  const mine = stored.filter(({ name }) => name.startsWith(`${prefix}/`));

  const resolved = resolve(story.controls, choices, stored);
  const wanted = Object.values(story.controls).find((control) => control.kind === 'token')?.of;
  const needsValue = wanted !== undefined && storedOf(wanted, stored).length === 0;
  const fixed = Object.entries(story.controls).filter(([, control]) => control.fixed);
  const key = JSON.stringify([round, ...fixed.map(([name]) => resolved[name] ?? null)]);

  const { say } = log;
  const store = useCallback(
    async (values: Record<string, string>) => {
      const named = Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]);
      await send(Object.fromEntries(named) as Record<string, string>);
    },
    [send, prefix],
  );
  const preview = useMemo<Preview>(
    () => ({
      look,
      id: (name) => `${story.id}-${name}`,
      say,
      handlers: (name) => handlersOf(name, say, tokens),
      tokens: () => fresh(tokens, stored),
      store,
    }),
    [look, story.id, say, store, stored, tokens],
  );

  const submit = async () => {
    const changed = preview.tokens();
    say('onSubmit');
    if (Object.keys(changed).length === 0) return setNotice({ text: 'Nothing new to store.', bad: false });
    try {
      await store(changed);
      setNotice({ text: 'Stored. The server holds the token.', bad: false });
    } catch (error) {
      const { code, message } = failureOf(error);
      setNotice({ text: `${code}: ${message}`, bad: true });
    }
  };

  const rendered: ReactNode = (
    <Stage ref={stage} settings={settings}>
      <div key={key}>{story.render(resolved, preview)}</div>
      {shown &&
        mine.map(({ name, token }) => (
          <Fragment key={token}>
            {(story.shown ?? asParagraph)(token, `Stored ${name.split('/').at(-1)}`, preview)}
          </Fragment>
        ))}
    </Stage>
  );

  return (
    <div className="g-story">
      <section className="g-card g-preview" aria-label="Preview">
        {needsValue ? (
          <StoreFirst of={wanted} prefix="example" />
        ) : form === 'around' ? (
          <SecureForm
            onSubmit={submit}
            onError={(problem) => {
              say('SecureForm onError', problem);
              setNotice({ text: `${problem.code}: ${problem.message}`, bad: true });
            }}
          >
            {rendered}
            <div className="g-bar">
              <button className="g-button g-primary">Store</button>
              <button
                type="button"
                className="g-button"
                aria-pressed={shown}
                disabled={mine.length === 0}
                onClick={() => setShown((before) => !before)}
              >
                {shown ? 'Hide' : 'Show'}
              </button>
              <p className={notice?.bad ? 'g-notice g-bad' : 'g-notice'} role="status">
                {notice?.text}
              </p>
            </div>
          </SecureForm>
        ) : (
          rendered
        )}
      </section>
      <div className="g-side">
        <ControlPanel
          controls={story.controls}
          choices={choices}
          stored={stored}
          onChoose={(name, value) => setChoices((before) => ({ ...before, [name]: value }))}
          onReset={() => {
            setChoices(initialChoices(story.controls));
            setNotice(undefined);
            setRound((before) => before + 1);
          }}
        />
        <EventLog
          entries={log.entries}
          onClear={log.clear}
          onProbe={() => {
            if (stage.current) for (const [attempt, outcome] of probe(stage.current)) say(attempt, outcome);
          }}
        />
      </div>
      <CodeSample
        tabs={[
          { name: language === 'tsx' ? 'React' : 'HTML', language, code: story.code(resolved, look) },
          ...(themeCSS[settings.theme]
            ? [{ name: 'CSS', language: 'css' as const, code: themeCSS[settings.theme]! }]
            : []),
        ]}
      />
    </div>
  );
}

const asParagraph: NonNullable<Story['shown']> = (token, label, { look, say }) => (
  <SecureParagraph
    token={token}
    className={look.text}
    aria-label={label}
    onError={(problem) => say('SecureParagraph onError', problem)}
  />
);

const fresh = (tokens: ReadonlyMap<string, string>, stored: readonly StoredValue[]) =>
  Object.fromEntries(
    [...tokens].filter(([, token]) => token !== '' && !stored.some((value) => value.token === token)),
  );

const initialChoices = (controls: Controls): Choices =>
  Object.fromEntries(Object.entries(controls).map(([name, { initial }]) => [name, initial]));

/** The values that a story gets: of a stored value its token, the newest unless somebody chose. */
function resolve(controls: Controls, choices: Choices, stored: readonly StoredValue[]) {
  return Object.fromEntries(
    Object.entries(controls).map(([name, control]) => {
      if (control.kind !== 'token') return [name, choices[name]];
      const right = storedOf(control.of, stored);
      const chosen = right.find((value) => value.name === choices[name]) ?? right.at(-1);
      return [name, chosen?.token];
    }),
  );
}

function handlersOf(name: string, say: Preview['say'], tokens: Map<string, string>): Handlers {
  return {
    onChange({ target: { value, values } }) {
      (values ?? [value]).forEach((token, index) =>
        tokens.set(index === 0 ? name : `${name}-${index + 1}`, token),
      );
      say(`${name}: onChange`, values ?? value);
    },
    onFocus: () => say(`${name}: onFocus`),
    onBlur: () => say(`${name}: onBlur`),
    onValidate: (valid, code) => say(`${name}: onValidate`, code ? `${valid}, ${code}` : String(valid)),
    onError: ({ code, message }: Failure) => say(`${name}: onError`, { code, message }),
  };
}
