import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCLI } from '../test-support/cli.js';
import { startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';
import { checkInstalledFrames, checkServedFrames } from './frames.js';

interface Answer {
  path: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

describe('the frames of a running tokenizer', () => {
  let tokenizer: TestTokenizer;
  let front: Server;
  let url: string;
  /** What is done to answers between the tokenizer and who looks at them. */
  let alter: (answer: Answer) => Answer;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer();
    front = createServer(async (request, response) => {
      const from = await fetch(`${tokenizer.url}${request.url}`);
      const { status, headers, body } = alter({
        path: request.url!,
        status: from.status,
        headers: Object.fromEntries(from.headers),
        body: await from.text(),
      });
      const { 'content-length': _, ...rest } = headers;
      response.writeHead(status, { ...rest, connection: 'close' }).end(body);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => front.close(resolve));
    await tokenizer.close();
  });
  beforeEach(() => {
    alter = (answer) => answer;
  });

  test('are the published ones, seen through whatever is in front', async () => {
    expect(await checkInstalledFrames()).toMatchObject({ status: 'ok' });
    expect(await checkServedFrames(url, 'shop')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/serves @lunasec\/secure-frame \d+\.\d+\.\d+, every byte of it$/),
    });
  });

  test.each<[string, (answer: Answer) => Answer, RegExp]>([
    [
      'a script has one byte more',
      (answer) =>
        /assets\/element.*js$/.test(answer.path) ? { ...answer, body: `${answer.body} ` } : answer,
      /: assets\/element-[\w-]+\.js is another$/,
    ],
    [
      'a page has a script more',
      (answer) => ({ ...answer, body: answer.body.replace('<body>', '<body><script src="/x.js"></script>') }),
      /controller\.html is another; element\.html is another; file\.html is another/,
    ],
    [
      'pins are left out of a page',
      (answer) => ({ ...answer, body: answer.body.replaceAll(/ integrity="[^"]*"/g, '') }),
      /element\.html is another/,
    ],
    [
      'a page comes without Content Security Policy',
      ({ headers: { 'content-security-policy': _, ...headers }, ...answer }) => ({ ...answer, headers }),
      /controller\.html comes without its policy/,
    ],
    [
      'a page admits inline scripts',
      (answer) => ({
        ...answer,
        headers: {
          ...answer.headers,
          'content-security-policy': answer.headers['content-security-policy']!.replace(
            "script-src 'self'",
            "script-src 'self' 'unsafe-inline'",
          ),
        },
      }),
      /file\.html comes without its policy/,
    ],
    [
      'a script is gone',
      (answer) => (/assets\/extras/.test(answer.path) ? { ...answer, status: 404 } : answer),
      /: assets\/extras-[\w-]+\.js answers 404$/,
    ],
    [
      'an answer does not end',
      (answer) =>
        /assets\/file.*css/.test(answer.path) ? { ...answer, body: ' '.repeat(2_000_000) } : answer,
      /: assets\/file-[\w-]+\.css cannot be had \(larger than any of them\)$/,
    ],
    [
      'a page leads elsewhere',
      (answer) =>
        answer.path.includes('element?')
          ? { ...answer, status: 302, headers: { location: tokenizer.url + answer.path }, body: '' }
          : answer,
      /: element\.html cannot be had/,
    ],
  ])('are not when %s', async (_, change, message) => {
    alter = change;
    expect(await checkServedFrames(url, 'shop')).toMatchObject({
      status: 'error',
      message: expect.stringMatching(message),
    });
  });

  test('can be checked by anybody: tokenizer verify-frames <url>', async () => {
    const verify = (...args: string[]) =>
      runCLI(['verify-frames', ...args], { directory: tokenizer.directory });
    expect(await verify(url)).toMatchObject({ code: 2, stderr: expect.stringContaining('--application') });
    const stdout = expect.stringContaining('every byte of it');
    expect(await verify(url, '--application=shop')).toMatchObject({ code: 0, stdout });
    alter = (answer) => ({ ...answer, body: `${answer.body}\n` });
    expect(await verify(url, '--application=shop')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('element.html is another'),
    });
  });
});
