/** Where the one style sheet is. */
export const stylePath = '/console.css';

export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f5f9, #0e1016);
  --card: light-dark(#ffffff, #171a23);
  --line: light-dark(#dfe2ec, #2c3140);
  --edge: light-dark(#7c8398, #717a91);
  --text: light-dark(#171a24, #eceef5);
  --muted: light-dark(#565d70, #a2aabd);
  --accent: light-dark(#4338ca, #a5a1ff);
  --on-accent: light-dark(#ffffff, #14151f);
  --soft: light-dark(#eceafd, #25243f);
  --good: light-dark(#14663c, #7ddba5);
  --good-soft: light-dark(#e2f5ea, #12301f);
  --fair: light-dark(#7a4a00, #f2c46d);
  --fair-soft: light-dark(#fdf1d9, #35290f);
  --bad: light-dark(#a11f15, #ff9c91);
  --bad-soft: light-dark(#fdeae8, #3d1c1a);
  font: 16px/1.5 ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--page); color: var(--text); }
h1, h2, h3, p, dl, dd, ul, table { margin: 0; padding: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; letter-spacing: -0.01em; overflow-wrap: anywhere; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, .code { font: 0.86em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
bdi { unicode-bidi: isolate; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.small { font-size: 0.88rem; }

.skip { position: absolute; left: -100vw; top: 0.5rem; padding: 0.5rem 0.9rem; background: var(--card); z-index: 1; }
.skip:focus { left: 0.5rem; }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.5rem; padding: 0.6rem 1.5rem;
  background: var(--card); border-bottom: 1px solid var(--line); }
.brand { font-weight: 650; letter-spacing: -0.01em; white-space: nowrap; }
.brand span { color: var(--muted); font-weight: 450; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.15rem; }
nav a { display: block; padding: 0.35rem 0.7rem; border-radius: 8px; color: var(--text); text-decoration: none; }
nav a:hover { background: var(--soft); }
nav a[aria-current] { background: var(--soft); color: var(--accent); font-weight: 600; }
.who { display: flex; align-items: center; gap: 0.75rem; margin-left: auto; min-width: 0; }
.operator { color: var(--muted); font-size: 0.9rem; }

main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; max-width: 86rem; margin: 0 auto; padding: 1.5rem; }
main > * { min-width: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem;
  display: grid; gap: 0.9rem; align-content: start; min-width: 0; }
.cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }
.alone { display: grid; place-items: center; padding: 1rem; }
.alone main { width: min(30rem, 100%); margin: 0; padding: 2rem; gap: 1.1rem; }

dl { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 0.35rem 1.25rem; }
dt { color: var(--muted); font-size: 0.92rem; }
dd { min-width: 0; overflow-wrap: anywhere; }

.badge { display: inline-block; padding: 0.05rem 0.55rem; border-radius: 99px; font-size: 0.84rem; font-weight: 600;
  white-space: nowrap; background: var(--soft); color: var(--text); }
.good { background: var(--good-soft); color: var(--good); }
.fair { background: var(--fair-soft); color: var(--fair); }
.bad { background: var(--bad-soft); color: var(--bad); }
.notice { padding: 0.7rem 1rem; border-radius: 10px; }
.notice ul { list-style: disc; padding-left: 1.1rem; }

.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
th, td { text-align: start; vertical-align: top; padding: 0.6rem 0.9rem; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; font-size: 0.84rem; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td.nowrap, .nowrap { white-space: nowrap; }
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; }
td.id { min-width: 13rem; }
td.wide { min-width: 12rem; }
.entries { display: grid; gap: 0.1rem; }

form.filters { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1rem; }
.field { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.2rem; min-width: 0; flex: 0 1 auto; }
.field label { font-size: 0.86rem; font-weight: 550; }
.field.long { flex: 1 1 20rem; }
input, select, button { font: inherit; color: inherit; }
input, select { background: var(--page); border: 1px solid var(--edge); border-radius: 8px; padding: 0.4rem 0.6rem;
  min-height: 2.5rem; max-width: 100%; min-width: 0; width: 100%; }
button, .button { display: inline-block; font-weight: 550; min-height: 2.5rem; padding: 0.45rem 1rem; cursor: pointer; border-radius: 9px;
  border: 1px solid transparent; background: var(--accent); color: var(--on-accent); text-decoration: none; }
button.quiet { background: none; border-color: var(--line); color: var(--text); min-height: 2.1rem; padding: 0.25rem 0.8rem; }
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet:hover { background: var(--soft); filter: none; }
.pager { display: flex; flex-wrap: wrap; gap: 0.4rem 1.5rem; align-items: center; }
details summary { cursor: pointer; }
details > div { margin-top: 0.75rem; }

@media (max-width: 40rem) {
  .bar { padding: 0.6rem 1rem; }
  .who { margin-left: 0; width: 100%; justify-content: space-between; }
  nav { width: 100%; }
  main { padding: 1rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 0.5rem; }
  td.id code { white-space: nowrap; }
  .field { flex: 1 1 100%; }
  .field.long { flex-basis: 100%; }
}
@media (forced-colors: active) { .badge, .card, .scroll { border: 1px solid; } }
`;
