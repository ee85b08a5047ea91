/** @jest-environment jsdom */
import { act, cleanup, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ReactNode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import type * as Server from 'react-dom/server';
import { createEverything } from '../test-support/everything.js';
import { closePorts, frameNamed, installFrames, load } from '../test-support/frames.js';

const wrong = jest.fn();
const complaints = jest.spyOn(console, 'error').mockImplementation(() => {});

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

async function stream(tree: ReactNode): Promise<string> {
  // React's renderer for servers wants what servers have and jsdom has not.
  const [{ TextEncoder }, { setImmediate }] = await Promise.all([import('node:util'), import('node:timers')]);
  Object.assign(globalThis, { TextEncoder, setImmediate });
  const { renderToPipeableStream } = (await import('react-dom/server.node')) as typeof Server;
  const markup = new PassThrough();
  const { pipe } = renderToPipeableStream(tree, { onShellReady: () => pipe(markup) });
  return text(markup);
}

/** Puts markup into the document as a browser does that loads it: its scripts run. */
function insert(parent: Element, markup: string): void {
  const template = document.createElement('template');
  template.innerHTML = markup;
  const scripts = [...template.content.querySelectorAll('script')].map(({ textContent }) => textContent);
  parent.append(template.content);
  for (const script of scripts) (0, eval)(script);
}

const ids = () =>
  [...document.querySelectorAll('label')].map(({ htmlFor }) => [
    htmlFor,
    document.getElementById(htmlFor)?.dataset.lunasec,
  ]);

test('markup that a server streams becomes alive without a mismatch, also what comes late', async () => {
  const markup = await stream(createEverything(20));
  const late = markup.indexOf('<div hidden');
  expect(markup.slice(0, late)).toContain('waiting');
  expect(markup.slice(0, late)).not.toContain('data-testid="late"');
  const container = document.body.appendChild(document.createElement('div'));
  insert(container, markup.slice(0, late));
  const before = ids();
  expect(new Set(before.map(([id]) => id)).size).toBe(2);
  const twins = [...document.querySelectorAll('input[data-lunasec]')];
  expect(twins).toHaveLength(4);
  expect(twins.every((twin) => twin.matches(':disabled'))).toBe(true);

  // React waits for what is late as long as the page is loading.
  const readyState = jest.spyOn(document, 'readyState', 'get').mockReturnValue('loading');
  complaints.mockClear();
  const root = await act(async () =>
    hydrateRoot(container, createEverything(0), { onRecoverableError: wrong }),
  );
  expect(ids()).toEqual(before);
  expect(twins.some((twin) => twin.matches(':disabled'))).toBe(false);
  expect((await load(frameNamed('000')).next('configure')).attributes).toMatchObject({ disabled: false });
  expect(frameNamed('late')).toBeNull();

  readyState.mockRestore();
  await act(async () => insert(document.body, markup.slice(late)));
  await waitFor(() => expect(frameNamed('late')).not.toBeNull());
  expect((await load(frameNamed('late')).next('configure')).attributes).toMatchObject({ disabled: false });
  expect(wrong).not.toHaveBeenCalled();
  // Server and browser are one process only here.
  const told = complaints.mock.calls.map(String).filter((text) => !text.includes('multiple renderers'));
  expect(told).toEqual([]);
  await act(async () => root.unmount());
  expect(document.querySelector('iframe')).toBeNull();
});
