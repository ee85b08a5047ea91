import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import ts from 'typescript';
import { looks, themeNames } from '../preview/themes.js';
import type { Control, Story } from '../story/types.js';
import { pages } from './index.js';

type Value = string | number | boolean | undefined;

/** What a control can be set to: each choice, on and off, something and nothing. */
function settings(control: Control): Value[] {
  if (control.kind === 'toggle') return [true, false];
  if (control.kind === 'choice') return [...control.options];
  if (control.kind === 'number') return [control.min, undefined];
  if (control.kind === 'token') return ['lunasec-00000000-0000-4000-8000-000000000000'];
  return ['', `it's "quoted" \\d & <b>`];
}

/** The code of a story, for one prop changed at a time. */
function samplesOf(story: Story): string[] {
  const initial = Object.fromEntries(
    Object.entries(story.controls).map(([name, control]) => [name, control.initial ?? settings(control)[0]]),
  ) as Record<string, never>;
  const changed = Object.entries(story.controls).flatMap(([name, control]) =>
    settings(control).map((value) => ({ ...initial, [name]: value as never })),
  );
  return [
    ...themeNames.map((theme) => story.code(initial, looks[theme])),
    ...changed.map((values) => story.code(values, looks['Plain CSS'])),
  ];
}

const stories = pages.flatMap((page) =>
  page.stories.map((story) => ({ name: `${page.id}/${story.id}`, story })),
);

/** What an app around a sample would have. */
const app = `
  declare const token: string;
  declare function setToken(token: string): void;
  declare function setTokens(tokens: string[]): void;
  declare function keep(name: string, token: string): void;
  declare function save(tokens?: unknown): Promise<void>;
  declare function show(problem: { code: string; message: string }): void;
  declare const client: { refetchQueries(options: { include: string[] }): Promise<unknown> };
  declare function App(): null;
`;

/** Complaints of the compiler, by file. */
function check(files: Record<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    jsx: ts.JsxEmit.ReactJSX,
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const directory = join(import.meta.dirname, 'samples');
  const virtual = new Map(
    Object.entries({ ...files, 'app.d.ts': app }).map(([name, code]) => [join(directory, name), code]),
  );
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists.call(host, name);
  host.readFile = (name) => virtual.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const code = virtual.get(name);
    return code === undefined
      ? getSourceFile.call(host, name, languageVersion, ...rest)
      : ts.createSourceFile(name, code, languageVersion, true);
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file && virtual.get(file.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the code of the stories', () => {
  test('compiles, in each theme and for each value of each prop', () => {
    const samples = stories
      .filter(({ story }) => story.language !== 'html')
      .flatMap(({ story }) => samplesOf(story));
    const different = [...new Set(samples)];
    expect(different.length).toBeGreaterThan(stories.length);
    expect(check(Object.fromEntries(different.map((code, index) => [`${index}.tsx`, code])))).toEqual([]);
  }, 120_000);

  test('and what is wrong would not', () => {
    const wrong = `import { SecureInput } from '@lunasec/react-sdk';\n\n<SecureInput rows={3} />;\n`;
    expect(check({ 'wrong.tsx': wrong })).toEqual([expect.stringContaining("'rows' does not exist")]);
  }, 120_000);

  test.each(stories)('of $name follows every one of its props', ({ story }) => {
    for (const [name, control] of Object.entries(story.controls)) {
      // A token is a variable in the code; whether a server refuses is not the page's code.
      if (control.kind === 'token' || name === 'refuse') continue;
      const initial = Object.fromEntries(
        Object.entries(story.controls).map(([each, { initial }]) => [each, initial]),
      ) as Record<string, never>;
      const codes = settings(control).map((value) =>
        story.code({ ...initial, [name]: value as never }, looks['Plain CSS']),
      );
      expect(new Set(codes).size).toBe(codes.length);
    }
  });
});
