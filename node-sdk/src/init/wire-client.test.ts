import { describe, expect, test } from '@jest/globals';
import { wireClient } from './wire-client.js';

const attributes = 'applicationId="my-app"';
const wire = (text: string) => wireClient(text, attributes);
const textOf = (text: string): string => {
  const wiring = wire(text);
  if (wiring.kind !== 'edit') throw new Error(text);
  return wiring.text;
};

const vite = `import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './index.css'
import App from './App.tsx'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
`;
const older = `import ReactDOM, { createRoot as root } from "react-dom/client";
const pages = root(document.getElementById("root"));
pages.render(<App title={<b>it</b>} />);
`;
const hydrated = `import { hydrateRoot } from 'react-dom/client';
hydrateRoot(document, <><App /></>);
`;

describe('the source that renders React pages', () => {
  test('gets the provider around what it renders, on lines of its own', () => {
    expect(textOf(vite)).toBe(`import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './index.css'
import App from './App.tsx'
import { LunaSecProvider } from '@lunasec/react-sdk'

createRoot(document.getElementById('root')!).render(
  <LunaSecProvider applicationId="my-app">
    <StrictMode>
      <App />
    </StrictMode>
  </LunaSecProvider>,
)
`);
  });

  test('or in its line, in its own style, where the root has a name', () => {
    expect(textOf(older)).toBe(`import ReactDOM, { createRoot as root } from "react-dom/client";
import { LunaSecProvider } from "@lunasec/react-sdk";
const pages = root(document.getElementById("root"));
pages.render(<LunaSecProvider applicationId="my-app"><App title={<b>it</b>} /></LunaSecProvider>);
`);
  });

  test('also where it is hydrated', () => {
    expect(textOf(hydrated)).toContain(
      'hydrateRoot(document, <LunaSecProvider applicationId="my-app"><><App /></></LunaSecProvider>);',
    );
  });

  test('keeps the ends of lines, and texts over several', () => {
    const text = textOf(vite.replaceAll('\n', '\r\n'));
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(textOf(vite.replace('<App />', '<App title={`a\nb`} />'))).toContain('{`a\nb`}');
  });

  test.each([
    ['has no root', vite.replace('createRoot(', 'makeRoot(')],
    ['has a root of its own', vite.replace("'react-dom/client'", "'./roots.js'")],
    ['has two roots', `${vite}\ncreateRoot(other).render(<Other />)`],
    ['renders twice', `${older}\npages.render(<Other />);`],
    ['never renders', older.replace('pages.render', 'pages.keep')],
    ['renders what it was given', older.replace(/<App.*\/>\)/, 'app)')],
    ['hydrates nothing', hydrated.replace(/, <.*\)/, ')')],
    ['has that name already', `${vite}\nconst LunaSecProvider = 1`],
    ['cannot be read', vite.replace('createRoot(', 'createRoot((')],
  ])('that %s is left as it is', (_name, text) => {
    expect(wire(text)).toEqual({ kind: 'unclear' });
  });
});
