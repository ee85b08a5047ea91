/** A way in which an app may style its fields. The markup and its classes are the same in each. */
export interface Theme {
  css: string;
  /** What the browser says of the person's wishes. */
  media?: { colorScheme?: 'dark'; forcedColors?: 'active' };
  dir?: 'rtl';
}

const page = 'body { margin: 16px; } .row { margin: 0 0 12px; }';

/** An app with a few rules of its own. */
const plain = `${page}
  body { font: 15px/1.4 'DejaVu Sans', sans-serif; color: #1c1f26; background: #fafbfc; }
  .control {
    font: inherit; color: #223; background: #fff; padding: 7px 11px; margin: 3px;
    border: 1px solid #99a; border-radius: 6px; }
  .control::placeholder { color: #787; font-style: italic; opacity: 1; }
  .control:hover { border-color: #335; background: #fffef4; }
  .control:focus { border-color: #05c; outline: 3px solid #9cf; outline-offset: 1px; }
  .control:invalid { border-color: #c22; background-color: #fff4f4; }
  .control:disabled { color: #888; background: #eee; }
  .control:read-only:not(:disabled) { border-style: dashed; }
  .control:required { border-left-width: 4px; }
  .text { margin: 8px 3px; padding: 4px 10px; border: 1px solid #ccd; background: #f2f4f8; letter-spacing: 0.02em; }`;

/** As Tailwind 4 prints it: layers, reset, composed custom properties, escaped names, nested states. */
const utilities = `
  @layer theme, base, components, utilities;
  @layer theme { :root { --spacing: 0.25rem; --color-slate-400: oklch(70.4% 0.04 256.788); --color-indigo-500: oklch(58.5% 0.233 277.117);
    --color-rose-600: oklch(58.6% 0.253 17.585); --text-sm: 0.875rem; --text-sm--line-height: calc(1.25 / 0.875); --radius-md: 0.375rem; } }
  @layer base {
    *, ::after, ::before { box-sizing: border-box; margin: 0; padding: 0; border: 0 solid; }
    html { line-height: 1.5; font-family: ui-sans-serif, system-ui, sans-serif; }
    button, input, textarea { font: inherit; font-feature-settings: inherit; letter-spacing: inherit; color: inherit; border-radius: 0;
      background-color: transparent; opacity: 1; }
    ::placeholder { opacity: 1; color: color-mix(in oklab, currentcolor 50%, transparent); }
    textarea { resize: vertical; }
    body { margin: 16px; }
    .row { margin: 0 0 12px; }
  }
  @layer utilities {
    .px-3 { padding-inline: calc(var(--spacing) * 3); }
    .py-2 { padding-block: calc(var(--spacing) * 2); }
    .rounded-md { border-radius: var(--radius-md); }
    .border { border-style: var(--tw-border-style); border-width: 1px; }
    .border-slate-400 { border-color: var(--color-slate-400); }
    .bg-white { background-color: #fff; }
    .text-sm { font-size: var(--text-sm); line-height: var(--tw-leading, var(--text-sm--line-height)); }
    .shadow-xs { --tw-shadow: 0 1px 2px 0 var(--tw-shadow-color, rgb(0 0 0 / 0.2)); box-shadow: var(--tw-inset-shadow), var(--tw-ring-shadow), var(--tw-shadow); }
    .placeholder\\:text-slate-400 { &::placeholder { color: var(--color-slate-400); } }
    .invalid\\:border-rose-600 { &:invalid { border-color: var(--color-rose-600); } }
    .hover\\:bg-slate { &:hover { @media (hover: hover) { background-color: #eef2f7; } } }
    .focus\\:border-indigo-500 { &:focus { border-color: var(--color-indigo-500); } }
    .focus\\:ring-2 { &:focus { --tw-ring-shadow: 0 0 0 2px var(--color-indigo-500); box-shadow: var(--tw-inset-shadow), var(--tw-ring-shadow), var(--tw-shadow); } }
    .focus\\:outline-hidden { &:focus { outline-style: none; @media (forced-colors: active) { outline: 2px solid transparent; outline-offset: 2px; } } }
    .disabled\\:opacity-50 { &:disabled { opacity: 50%; } }
    .read-only\\:bg-slate { &:read-only { background-color: #eef2f7; } }
  }
  @property --tw-border-style { syntax: "*"; inherits: false; initial-value: solid; }
  @property --tw-shadow { syntax: "*"; inherits: false; initial-value: 0 0 #0000; }
  @property --tw-inset-shadow { syntax: "*"; inherits: false; initial-value: 0 0 #0000; }
  @property --tw-ring-shadow { syntax: "*"; inherits: false; initial-value: 0 0 #0000; }`;

/** Design tokens, with numbers right-aligned in capitals, and a well that is pressed in. */
const variables = `${page}
  :root { --ink: #14213d; --paper: #fdf6ec; --gap: 0.5em; --line: color-mix(in srgb, var(--ink) 40%, var(--paper)); --well: inset 0 2px 4px rgb(20 33 61 / 35%); }
  body { background: var(--paper); color: var(--ink); font: 1rem/1.6 'DejaVu Serif', serif; }
  .control { font: 600 0.95em/1.6 'DejaVu Sans Mono', monospace; color: var(--ink); background: color-mix(in srgb, var(--paper) 60%, white);
    padding: calc(var(--gap) * 1.2) calc(var(--gap) * 2); border: 0; border-bottom: 3px double var(--line); border-radius: 10px 10px 0 0;
    box-shadow: var(--well); text-align: right; text-transform: uppercase; letter-spacing: 0.05em; }
  .control:hover { --line: #b5651d; }
  .control:focus { --line: #2a9d8f; outline: none; box-shadow: var(--well), 0 0 0 3px rgb(42 157 143 / 40%); }
  .control:user-invalid { --line: #d62828; }
  .control:disabled { opacity: 0.55; }
  .control:valid { border-bottom-style: solid; }
  .text { color: color-mix(in srgb, var(--ink), red 30%); text-decoration: underline dotted; text-indent: 1em; padding: var(--gap); box-shadow: var(--well); }`;

const dark = `${page}
  body { background: #101218; color: #e8eaf2; font: 16px/1.5 'DejaVu Sans', sans-serif; }
  .control { font: inherit; padding: 0.5rem 0.7rem; border: 1px solid #3b4154; border-radius: 8px; }
  .control:focus { border-color: #8b85ff; outline: 2px solid #8b85ff80; }
  .text { border-left: 3px solid #8b85ff; padding-left: 0.6rem; }`;

const large = `${page}
  html { font-size: 175%; }
  .control { font-size: 1rem; padding: 0.4em 0.6em; border-width: 0.1rem; border-style: solid; border-radius: 0.4rem; }
  .control.big { font-size: 2.25rem; }
  .text { font-size: 1.1rem; line-height: 1.3; margin: 0.3rem 0; }`;

export const themes = {
  'browser default': { css: page },
  'plain CSS': { css: plain },
  utilities: { css: utilities },
  'CSS variables': { css: variables },
  'dark scheme': { css: `:root { color-scheme: dark; } ${page}` },
  'dark by preference': {
    css: `:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { ${dark} }`,
    media: { colorScheme: 'dark' },
  },
  'large fonts': { css: large },
  'right to left': {
    css: `${plain} .control { padding-inline-start: 24px; border-inline-start-width: 5px; }`,
    dir: 'rtl',
  },
  'forced colours': { css: plain, media: { forcedColors: 'active' } },
} satisfies Record<string, Theme>;
export type ThemeName = keyof typeof themes;
