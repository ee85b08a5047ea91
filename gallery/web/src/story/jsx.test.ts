import { describe, expect, test } from '@jest/globals';
import { highlight } from './highlight.js';
import { html } from './html.js';
import { jsx, raw, sample } from './jsx.js';

describe('the source of an element', () => {
  test('leaves out defaults, and writes values as JSX does', () => {
    const props = {
      name: 'a',
      required: true,
      disabled: false,
      rows: 3,
      placeholder: '',
      onChange: raw('save'),
    };
    expect(jsx('SecureInput', props)).toBe('<SecureInput name="a" required rows={3} onChange={save} />');
  });

  test('writes each attribute on its own line where one line is too short', () => {
    const long = 'x'.repeat(60);
    expect(jsx('p', { id: 'a', title: long })).toBe(`<p\n  id="a"\n  title="${long}"\n/>`);
  });

  test('a backslash stays as it is, a quote or an entity does not end or change the text', () => {
    expect(jsx('i', { pattern: '\\d{3}' })).toBe('<i pattern="\\d{3}" />');
    expect(jsx('i', { title: 'a "b"' })).toBe(`<i title={'a "b"'} />`);
    expect(jsx('i', { title: `it's &lt;` })).toBe(`<i title={'it\\'s &lt;'} />`);
  });

  test('nests children, and objects as values', () => {
    expect(jsx('p', {}, 'a', jsx('b', {}, 'c'), false)).toBe('<p>\n  a\n  <b>c</b>\n</p>');
    expect(jsx('i', { style: { width: '1em', height: undefined } })).toBe(`<i style={{ width: '1em' }} />`);
  });

  test('of HTML: escapes values, and ends no tag by itself', () => {
    expect(html('lunasec-input', { name: 'a"><script>', required: true, disabled: false })).toBe(
      '<lunasec-input name="a&quot;>&lt;script>" required></lunasec-input>',
    );
  });

  test('a sample begins with what it imports', () => {
    expect(sample(['SecureInput', 'LunaSecProvider'], '<A />')).toBe(
      "import { LunaSecProvider, SecureInput } from '@lunasec/react-sdk';\n\n<A />;\n",
    );
  });
});

describe('colouring', () => {
  const kinds = (code: string, language: 'tsx' | 'css' | 'html') =>
    highlight(code, language)
      .filter(({ kind }) => kind !== 'plain')
      .map(({ kind, text }) => `${kind} ${text}`);

  test('tells the parts of JSX apart', () => {
    expect(kinds('<SecureInput name="a" rows={3} required />', 'tsx')).toEqual([
      'tag <SecureInput',
      'attribute name',
      'string "a"',
      'attribute rows',
      'number 3',
      'tag />',
    ]);
  });

  test('an arrow is no end of a tag, a keyword inside a word none', () => {
    expect(kinds('(event) => returned', 'tsx')).toEqual([]);
  });

  test('tells the parts of CSS apart', () => {
    expect(kinds('.a:focus { --b: 1px; color: #fff }', 'css')).toEqual([
      'tag .a',
      'keyword :focus',
      'property --b',
      'number 1px',
      'property color',
      'number #fff',
    ]);
  });

  test.each(['tsx', 'css', 'html'] as const)('never changes %s code', (language) => {
    const code = `<a b="c">'unended {/* x */} \u{1f600} \\ "`;
    expect(
      highlight(code, language)
        .map(({ text }) => text)
        .join(''),
    ).toBe(code);
  });
});
