import { request as startRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createLoginLink } from '../console/login-links.js';
import type { TestTokenizer } from './tokenizer.js';

export interface ConsoleAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One request, with exactly these headers besides `Host` and what belongs to the body. */
export function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<ConsoleAnswer> {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('error', reject)
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject).end(body);
  });
}

/** What a browser does with the console of a tokenizer: keeps its cookies, and says where forms come from. */
export function browserOn(consoleURL: string) {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  async function send(
    path: string,
    { method, headers = {}, body }: { method: string; headers?: Record<string, string>; body?: string },
  ): Promise<ConsoleAnswer> {
    const answer = await ask(new URL(path, consoleURL).href, {
      method,
      headers: { ...(jar.size > 0 ? { cookie: cookies() } : {}), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/max-age=0/i.test(line)) jar.delete(name!);
      else jar.set(name!, value!);
    }
    return answer;
  }

  return {
    jar,
    cookies,
    get: (path: string, headers: Record<string, string> = {}) => send(path, { method: 'GET', headers }),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      send(path, {
        method: 'POST',
        headers: {
          origin: new URL(consoleURL).origin,
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
  };
}
export type ConsoleBrowser = ReturnType<typeof browserOn>;

/** A browser that signed in by a link. */
export async function signedInBrowser(tokenizer: TestTokenizer): Promise<ConsoleBrowser> {
  const browser = browserOn(tokenizer.running.consoleURL!);
  const token = await createLoginLink(
    tokenizer.directory,
    () => new Date(Date.now() + tokenizer.clock.offset),
  );
  const answer = await browser.post('/login', { token });
  if (answer.status !== 303) throw new Error(`Not signed in: ${answer.status} ${answer.text}`);
  return browser;
}

/** The secret that forms of a page carry. */
export const formTokenIn = (page: string): string => /name="formToken" value="([\w-]{43})"/.exec(page)![1]!;
