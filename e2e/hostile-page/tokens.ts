import { expect } from '@jest/globals';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createSession, takeAssertion } from '../support/handshake.js';
import { graphql, secureInput, shownText } from '../support/demo.js';
import type { Attack, AttackGroup } from './attack.js';
import { texts } from './stage.js';
import type { Stage } from './stage.js';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An assertion as an attacker can make it: with everything right but what is `changed`. */
function forge({ stack }: Stage, changed: { header?: object; payload?: object; signature?: string }): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'EdDSA', typ: 'lunasec-assertion+jwt', kid: 'key', ...changed.header };
  const payload = {
    iss: 'demo',
    aud: stack.tokenizerURL,
    sub: 'A'.repeat(43),
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    origin: stack.appURL,
    ...changed.payload,
  };
  const text = `${encode(header)}.${encode(payload)}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  return `${text}.${changed.signature ?? sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
}

/** Opens a controller of the attacker's own with an assertion, and takes its port: what it says of its session. */
async function controllerWith({ page, know, tokens }: Stage, assertion: string): Promise<unknown[]> {
  know(assertion);
  return page.evaluate(
    async ([given, token]) => {
      const address = `${window.hostile.tokenizerURL}/frame/controller?application=demo#${given}`;
      const own = await window.hostile.element({}, { url: address });
      own.port.postMessage({ type: 'prefetch', tokens: [token] });
      await window.hostile.until(() => own.heard.some(({ type }) => type === 'session'));
      own.frame.remove();
      return own.heard;
    },
    [assertion, tokens.shown] as const,
  );
}

/** Mounts a frame of the attacker's own as the SDK does to renew the page's session, with an assertion. */
const renewWith = (page: Stage['page'], assertion: string): Promise<void> =>
  page.evaluate((given) => {
    const frame = document.createElement('iframe');
    frame.name = 'lunasec-renewal';
    frame.src = `${window.hostile.tokenizerURL}/frame/controller?application=demo#${given}`;
    document.body.append(frame);
  }, assertion);

const forged = (title: string, make: (stage: Stage) => string | Promise<string>): Attack => ({
  title: `a controller of its own with an assertion ${title}`,
  async run(stage) {
    const heard = await controllerWith(stage, await make(stage));
    const states = heard.map((message) => (message as { state?: string }).state);
    expect(states).toContain('failed');
    expect(states).not.toContain('active');
    return heard;
  },
});

/** What a person sees of a token in an element that the attacker drives on somebody's page. */
const showOn = (page: Stage['page'], token: string, kind = 'paragraph') =>
  page.evaluate(
    async ([wanted, asKind]) => {
      const own = await window.hostile.element({ kind: asKind, attributes: {} }, { title: 'Own' });
      own.port.postMessage({ type: 'show', token: wanted });
      await window.hostile.until(() => /"shown":"(shown|failed)"/.test(JSON.stringify(own.heard)));
      return own.heard;
    },
    [token, kind] as const,
  );

export const tokens: AttackGroup = {
  subject: 'with tokens and assertions: ',
  quick: 'both',
  controls: [
    {
      title: 'an assertion that is really the app’s makes such a controller active',
      run: async (stage) => controllerWith(stage, await takeAssertion(stage.page, stage.stack)),
      catches: '"state":"active"',
    },
    {
      title: 'a token of the person’s own, driven by the attacker, is shown to the person',
      run: async ({ page, tokens: { shown } }) => {
        await showOn(page, shown);
        const seen = await shownText(page, 'Own').innerText();
        await page.evaluate(() => window.hostile.frame('Own').remove());
        return seen === texts.stored;
      },
      catches: /^true$/,
    },
  ],
  attacks: [
    forged('without a signature, alg none', (stage) =>
      forge(stage, { header: { alg: 'none' }, signature: '' }),
    ),
    forged('signed by a key of its own', (stage) => forge(stage, {})),
    forged('that brings its own key along', (stage) => {
      const { publicKey } = generateKeyPairSync('ed25519');
      return forge(stage, { header: { jwk: publicKey.export({ format: 'jwk' }) } });
    }),
    forged('signed with the public key as a secret, alg HS256', (stage) =>
      forge(stage, { header: { alg: 'HS256' } }),
    ),
    forged('of an application that nobody knows', (stage) => forge(stage, { payload: { iss: 'evil' } })),
    forged('that ran out', (stage) => forge(stage, { payload: { exp: 1, iat: 0 } })),
    forged('of another origin', (stage) => forge(stage, { payload: { origin: 'https://evil.example' } })),
    forged('whose payload was changed', async (stage) => {
      const [header, payload, signature] = (await takeAssertion(stage.page, stage.stack)).split('.') as [
        string,
        string,
        string,
      ];
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      return `${header}.${encode({ ...claims, sub: 'B'.repeat(43) })}.${signature}`;
    }),
    forged('that was used before', async (stage) => {
      const assertion = await takeAssertion(stage.page, stage.stack);
      expect(await createSession(stage.stack, assertion)).toBeUndefined();
      return assertion;
    }),
    forged('that is no JWT at all', () => 'x'.repeat(9000)),
    {
      title:
        'a renewal frame of its own with a forged assertion: the session ends, and what was shown is gone',
      async run(stage) {
        const page = await stage.open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        const assertion = forge(stage, {});
        stage.know(assertion);
        await renewWith(page, assertion);
        await page.getByText('failed').waitFor();
        await page.waitForFunction(() =>
          JSON.stringify(window.hostile.line('Shown').heard).includes('"failed"'),
        );
        expect(await shownText(page, 'Shown').innerText()).toBe('');
      },
    },
    {
      title: 'to log the page in as somebody else: what was shown is gone, what is typed then is theirs',
      async run(stage) {
        const mallory = await stage.openAs('mallory', '');
        const page = await stage.open('?fields&values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        const assertion = await takeAssertion(mallory, stage.stack);
        stage.know(assertion);
        await renewWith(page, assertion);
        await page.waitForFunction(() =>
          JSON.stringify(window.hostile.line('Shown').heard).includes('READ_GRANT_MISSING'),
        );
        expect(await shownText(page, 'Shown').innerText()).toBe('');
        // The admitted limit: stored in the session that the page is in now, whose server would be the only one to take it.
        await secureInput(page, 'Secret').fill(texts.typed);
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('failed').waitFor();
      },
    },
    {
      title: 'two controllers of the same name: the page’s own and one before it',
      async run(stage) {
        const page = await stage.open('?values', (each) =>
          each.addInitScript(() => {
            if (window !== window.top) return;
            document.addEventListener('DOMContentLoaded', () => {
              const frame = document.createElement('iframe');
              frame.name = 'lunasec-controller';
              frame.src = '/.lunasec/secure-frame';
              document.body.prepend(frame);
            });
          }),
        );
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(() => [
          window.hostile.lines,
          [...document.querySelectorAll<HTMLIFrameElement>('iframe[name=lunasec-controller]')].map(
            ({ contentWindow }) => window.hostile.look(() => contentWindow!.location.href),
          ),
        ]);
      },
    },
    {
      title: 'a token of the person’s, shown to another session by a component',
      async run(stage) {
        const page = await stage.openAs('mallory', `?token=${stage.tokens.shown}`);
        await page.waitForFunction(() =>
          JSON.stringify(window.hostile.lines.map(({ heard }) => heard)).includes('READ_GRANT_MISSING'),
        );
        expect(await shownText(page, 'Shown').innerText()).toBe('');
        return page.evaluate(() => window.hostile.lines);
      },
    },
    {
      title:
        'forged show messages in another session: foreign, made up and malformed tokens all read the same',
      async run(stage) {
        const page = await stage.openAs('mallory', '?fields');
        await secureInput(page, 'Secret').waitFor();
        const foreign = [
          stage.tokens.shown,
          stage.tokens.concealed,
          stage.tokens.file,
          `lunasec-${randomUUID()}`,
        ];
        const answers: unknown[] = [];
        for (const token of foreign)
          for (const kind of ['paragraph', 'input'])
            answers.push(
              (await showOn(page, token, kind)).map((message) => ({ ...message, token: undefined })),
            );
        const problems = JSON.stringify(answers).match(/"code":"\w+"/g);
        expect(new Set(problems)).toEqual(new Set(['"code":"READ_GRANT_MISSING"']));
        for (const frame of page.frames())
          if (frame.url().includes('/frame/element'))
            expect(await frame.locator('#field').first().textContent()).toBe('');
        return answers;
      },
    },
    {
      title: 'a token of the person’s, handed to the app by another session',
      async run(stage) {
        const page = await stage.openAs('mallory', '');
        const answer = await graphql(page, 'mutation ($values: [String!]!) { save(values: $values) }', {
          values: [stage.tokens.shown],
        });
        expect(answer.errors?.[0]?.extensions?.code).toBe('STORE_GRANT_MISSING');
        return answer;
      },
    },
    {
      title: 'tokens swapped between components: a file as a text, one that is concealed in the open',
      async run({ page, tokens: own }) {
        const asText = await showOn(page, own.file);
        await page.evaluate(() => window.hostile.frame('Own').remove());
        const open = await showOn(page, own.concealed, 'input');
        // To the person only, who may see it.
        expect(await secureInput(page, 'Own').inputValue()).toBe(texts.concealed);
        await page.evaluate(() => window.hostile.frame('Own').remove());
        return [asText, open];
      },
    },
    {
      title:
        'the tokenizer’s API itself, called from the page: with and without CORS, by form, with tokens as passwords',
      async run({ page, tokens: own }) {
        const answers = await page.evaluate(async (token) => {
          const query = `mutation { detokenize(tokens: ["${token}"]) { token download { url dataKey } } }`;
          const address = `${window.hostile.tokenizerURL}/graphql`;
          const seen: unknown[] = [];
          const inits: RequestInit[] = [
            {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ query }),
            },
            {
              method: 'POST',
              headers: { authorization: `Bearer ${token}` },
              body: JSON.stringify({ query }),
            },
            { method: 'POST', mode: 'no-cors', body: JSON.stringify({ query }), credentials: 'include' },
            { method: 'GET', mode: 'no-cors', credentials: 'include' },
          ];
          for (const init of inits)
            try {
              const url = init.method === 'GET' ? `${address}?query=${encodeURIComponent(query)}` : address;
              const response = await fetch(url, init);
              seen.push([response.status, response.type, [...response.headers], await response.text()]);
            } catch (error) {
              seen.push((error as Error).name);
            }
          const frame = document.createElement('iframe');
          frame.name = 'form';
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', action: address, target: 'form', enctype: 'text/plain' });
          form.innerHTML = `<input name='{"query":"' value='${query.replaceAll("'", '')}"}'>`;
          document.body.append(frame, form);
          form.submit();
          await window.hostile.wait(200);
          seen.push(window.hostile.look(() => frame.contentDocument?.body?.textContent));
          frame.remove();
          form.remove();
          return seen;
        }, own.shown);
        // Not even opaque: what is not for other origins is not given to them (CORP).
        expect(answers.slice(0, 4)).toEqual(Array(4).fill('TypeError'));
        return answers;
      },
    },
    {
      title: 'stored objects, by the addresses that a token may have',
      async run({ page, tokens: own, stack, know }) {
        know(`${stack.tokenizerURL}/objects/${own.shown}`);
        const statuses = [];
        for (const path of [
          `/objects/${own.shown}`,
          `/objects/demo/${own.shown}`,
          `/objects/?token=${own.shown}`,
        ])
          statuses.push((await fetch(`${stack.tokenizerURL}${path}`)).status);
        for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400);
        return page.evaluate(
          async (token) => [
            await fetch(`${window.hostile.tokenizerURL}/objects/${token}`).then(
              (response) => response.text(),
              (error: Error) => error.name,
            ),
            await fetch(`${window.hostile.tokenizerURL}/objects/${token}`, { mode: 'no-cors' }).then(
              (response) => response.type,
              (error: Error) => error.name,
            ),
          ],
          own.shown,
        );
      },
    },
    {
      title: 'the frames in a page of another origin, with the person’s tokens',
      async run({ context, stack, tokens: own, attacker }) {
        const foreign = await context.newPage();
        const refused: string[] = [];
        foreign.on('console', (message) => refused.push(message.text()));
        const html = `<script>
          onmessage = ({ data }) => (document.title += JSON.stringify(data));
          const frame = document.createElement('iframe');
          frame.src = '${stack.tokenizerURL}/frame/element?application=demo';
          frame.onload = () => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => (document.title += JSON.stringify(data));
            frame.contentWindow.postMessage({ lunasec: 1, type: 'connect' }, '*', [port2]);
            port1.postMessage({ type: 'configure', kind: 'paragraph', attributes: {} });
            port1.postMessage({ type: 'show', token: '${own.shown}' });
            document.title = 'loaded';
          };
          document.documentElement.append(frame);
        </script>`;
        // Of another site, and of another origin of the tokenizer's own host.
        await foreign.goto(`${attacker.url}/page?html=${encodeURIComponent(html)}`);
        await foreign.waitForFunction(() => document.title.startsWith('loaded'));
        await foreign.waitForTimeout(200);
        expect(refused.join('\n')).toMatch(/frame-ancestors/);
        expect(await foreign.title()).toBe('loaded');
        return refused;
      },
    },
  ],
};
