import { schemes, themeNames, widths, type ThemeSettings } from '../preview/themes.js';

interface Props {
  settings: ThemeSettings;
  onChange(settings: ThemeSettings): void;
}

/** How all previews look. */
export function ThemeBar({ settings, onChange }: Props) {
  const set = <Name extends keyof ThemeSettings>(name: Name) => ({
    value: settings[name],
    onChange: (value: ThemeSettings[Name]) => onChange({ ...settings, [name]: value }),
  });
  return (
    <div className="g-themes" role="group" aria-label="Look of the preview">
      <Segments name="Theme" options={themeNames} {...set('theme')} />
      <Segments name="Colours" options={schemes} {...set('scheme')} />
      <Segments name="Width" options={widths} {...set('width')} />
      <Check label="Large text" {...set('largeText')} />
      <Check label="Right to left" {...set('rightToLeft')} />
    </div>
  );
}

function Segments<Option extends string>({
  name,
  options,
  value,
  onChange,
}: {
  name: string;
  options: readonly Option[];
  value: Option;
  onChange(value: Option): void;
}) {
  return (
    <fieldset className="g-segments">
      <legend className="g-legend">{name}</legend>
      {options.map((option) => (
        <label key={option} className="g-segment">
          <input
            type="radio"
            className="g-segment-radio"
            name={`g-${name}`}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span className="g-segment-name">{option}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Check({
  label,
  value,
  onChange,
}: {
  label: string;
  value: boolean;
  onChange(value: boolean): void;
}) {
  return (
    <label className="g-check">
      <input
        type="checkbox"
        className="g-checkbox"
        checked={value}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
