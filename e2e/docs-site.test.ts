import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';

const root = join(import.meta.dirname, '..');
const site = join(root, 'docs/.vitepress/dist');
const origin = 'http://docs.test';

/** One of each kind: the first page, code, diagrams, wide tables, generated ones. */
const pages = [
  '',
  'getting-started.html',
  'how-it-works.html',
  'security.html',
  'reference/graphql.html',
  'reference/node-sdk/index.html',
];
const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const;

describe('the documentation site', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Errors of the console, and requests that left the site. */
  let complaints: string[];

  beforeAll(async () => {
    if (!existsSync(site)) execFileSync('npm', ['run', 'docs:build'], { cwd: root, stdio: 'ignore' });
    browser = await launchBrowser();
  }, 240_000);
  afterAll(() => browser?.close());

  /** Opens a window that has nothing but the built files. */
  async function visit({ colorScheme, width }: (typeof looks)[number]) {
    context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 900 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.route('**', (route) => {
      const url = new URL(route.request().url());
      const file = join(site, url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname);
      if (url.origin === origin && existsSync(file)) return route.fulfill({ path: file });
      complaints.push(`asked for ${url.href}`);
      return route.abort();
    });
  }

  test.each(looks)(
    'is accessible, fits and needs nothing else: %j',
    async (look) => {
      await visit(look);
      const faults: Record<string, unknown> = {};
      for (const name of pages) {
        await page.goto(`${origin}/${name}`);
        await page.waitForFunction(() => document.querySelector('pre.diagram') === null);
        // Drawings and code blocks take their place after the first paint.
        await page.evaluate(() => document.fonts.ready);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
        );
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        const found = [
          ...complaints,
          ...violations.flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
          ),
          ...(overflow > 0 ? [`${overflow} px too wide`] : []),
        ];
        if (found.length > 0) faults[name] = found;
        complaints = [];
      }
      await context.close();
      expect(faults).toEqual({});
    },
    60_000,
  );

  test('draws its diagrams, and finds what is searched for', async () => {
    await visit(looks[0]);
    await page.goto(`${origin}/how-it-works.html`);
    const diagrams = page.getByRole('img', { name: /session|encrypted|token|logout/i });
    await diagrams.first().locator('svg').waitFor();
    expect(await diagrams.locator('svg').count()).toBe(4);

    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('searchbox').fill('wrapping key');
    await page.getByRole('option').first().click();
    await page.waitForURL((url) => url.pathname !== '/how-it-works.html');
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
