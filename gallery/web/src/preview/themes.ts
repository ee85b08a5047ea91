/** Class names that a theme gives to the parts of an example; none means: as the browser draws it. */
export interface Look {
  form: string | undefined;
  row: string | undefined;
  label: string | undefined;
  input: string | undefined;
  area: string | undefined;
  /** An upload or download. */
  files: string | undefined;
  text: string | undefined;
  span: string | undefined;
  hint: string | undefined;
  error: string | undefined;
  button: string | undefined;
}

export const themeNames = ['Browser', 'Plain CSS', 'Utilities', 'Brand'] as const;
export type ThemeName = (typeof themeNames)[number];

const control =
  'w-full rounded-md border border-slate-400 bg-surface px-3 py-2 text-base text-ink shadow-sm placeholder:text-muted focus:border-sky focus:ring-2 disabled:opacity-60 user-invalid:border-rose';

export const looks: Record<ThemeName, Look> = {
  Browser: {
    form: undefined,
    row: undefined,
    label: undefined,
    input: undefined,
    area: undefined,
    files: undefined,
    text: undefined,
    span: undefined,
    hint: undefined,
    error: undefined,
    button: undefined,
  },
  'Plain CSS': {
    form: 'form',
    row: 'row',
    label: 'label',
    input: 'field',
    area: 'field',
    files: 'files',
    text: 'text',
    span: 'inline-text',
    hint: 'hint',
    error: 'error',
    button: 'button',
  },
  Utilities: {
    form: 'grid gap-4',
    row: 'grid gap-1',
    label: 'text-sm font-medium text-ink',
    input: control,
    area: control,
    files: 'w-full text-base text-ink',
    text: 'm-0 text-base text-ink',
    span: 'w-40 font-medium text-ink',
    hint: 'm-0 text-sm text-muted',
    error: 'm-0 text-sm text-rose',
    button: 'justify-self-start rounded-md border-0 bg-sky px-4 py-2 text-base font-medium text-white',
  },
  Brand: {
    form: 'acme-form',
    row: 'acme-row',
    label: 'acme-label',
    input: 'acme-input',
    area: 'acme-input acme-input-area',
    files: 'acme-files',
    text: 'acme-text',
    span: 'acme-span',
    hint: 'acme-hint',
    error: 'acme-error',
    button: 'acme-button',
  },
};

export const schemes = ['System', 'Light', 'Dark'] as const;
export const widths = ['Wide', 'Narrow'] as const;

/** How previews look at the moment. */
export interface ThemeSettings {
  theme: ThemeName;
  scheme: (typeof schemes)[number];
  width: (typeof widths)[number];
  largeText: boolean;
  rightToLeft: boolean;
}
export const initialSettings: ThemeSettings = {
  theme: 'Plain CSS',
  scheme: 'System',
  width: 'Wide',
  largeText: false,
  rightToLeft: false,
};
