import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { chooseFiles } from '../support/chosen-files.js';
import { graphql, secureFrame, secureInput, shownText } from '../support/demo.js';
import { steadyFrames } from '../support/steady-frames.js';
import { watchSecrets } from '../support/secrets.js';
import type { Secrets } from '../support/secrets.js';
import type { Stack } from '../support/stack.js';
import type { Attacker } from './attacker.js';
import type { Hidden } from './leaks.js';
import type { Mode } from './modes.js';
import { hostileScript, lootOf } from './script.js';
import type { Loot } from './script.js';

/** The person's values: no four signs in a row are those of a UUID, or of what pages and browsers say. */
export const texts = {
  typed: 'Wyvern? Quixotry!',
  card: 'Zyxmyx ~ Lynx',
  notes: 'Gypsum:\nKhyzyl kum\nMyrrh / myxo',
  stored: 'Xylophon! Mummy & pyx',
  concealed: 'Kyrgyz vow ~ Spoony',
  file: 'Joyous symphony ~ rhythm',
  filename: 'Quorum Vyx.txt',
};

/** What the page itself holds, for controls. */
export const plainText = 'Hurry! Plugging: sixty';

export interface Stage {
  mode: Mode;
  stack: Stack;
  attacker: Attacker;
  browser: Browser;
  context: BrowserContext;
  /** The attacked page, with typed and stored values in it. Attacks that would break it open one of their own. */
  page: Page;
  tokens: { shown: string; concealed: string; file: string };
  secrets: Secrets;
  hidden(): Hidden;
  /** Opens a page of the app in the person's session; `prepare` runs before the page's scripts, after the hostile one. */
  open(query: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page>;
  /** Another browser profile, logged in as somebody else. */
  openAs(user: string, query: string): Promise<Page>;
  /** All that was come by since the last time, with what one attack has learnt. */
  haul(learnt: unknown): Promise<string>;
  /** What an attacker has made or guessed itself is no loot, until the next attack. */
  know(text: string): void;
  /** Closes what an attack has opened. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the attacked page in a browser of a mode, and has a person use it. */
export async function openStage(mode: Mode, stack: Stack, attacker: Attacker): Promise<Stage> {
  const browser = await launchBrowser(mode.arguments);
  const newContext = async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(15_000);
    context.on('page', steadyFrames);
    const { appURL, tokenizerURL } = stack;
    await context.addInitScript(hostileScript, { appURL, tokenizerURL, attackerURL: attacker.url });
    return context;
  };
  const context = await newContext();
  const others: BrowserContext[] = [];
  const secrets = await watchSecrets(context, stack);

  const setup = await context.newPage();
  await setup.goto(`${stack.appURL}/log-in?as=${mode.blocks ? 'ada' : 'eve'}`);
  await store(setup, stack);
  // The stored values of all modes are in one list: this mode's are the last.
  const answer = await graphql<{ values: string[] }>(setup, '{ values }');
  const [shown, concealed, file] = answer.data!.values.slice(-3) as [string, string, string];
  await setup.close();

  async function open(query: string, prepare?: (page: Page) => Promise<unknown>, within = context) {
    const page = await within.newPage();
    await prepare?.(page);
    await page.goto(`${stack.appURL}/${query}${query ? '&' : '?'}plain=${encodeURIComponent(plainText)}`);
    return page;
  }

  const page = await open('?fields&values');
  await secureInput(page, 'Secret').pressSequentially(texts.typed);
  await secureInput(page, 'Card').pressSequentially(texts.card);
  await secureInput(page, 'Notes').pressSequentially(texts.notes);
  await page.locator('#plain').pressSequentially(plainText);
  await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
  await shownText(page, 'Concealed').filter({ hasText: '•' }).waitFor();
  await secureFrame(page, 'File').getByText(texts.filename).first().waitFor();

  /** How much of what was come by has been looked through. */
  let judged = 0;
  let judgedRequests = 0;
  let known: string[] = [];

  return {
    mode,
    stack,
    attacker,
    browser,
    context,
    page,
    tokens: { shown, concealed, file },
    secrets,
    hidden: () => ({ texts: Object.values(texts), secrets: Object.values(secrets).flat() }),
    open: (query, prepare) => open(query, prepare),
    async openAs(user, query) {
      const other = await newContext();
      others.push(other);
      const login = await other.newPage();
      await login.goto(`${stack.appURL}/log-in?as=${user}`);
      await login.close();
      return open(query, undefined, other);
    },
    async haul(learnt) {
      const pages = context.pages().filter((each) => each.url().startsWith(stack.appURL));
      const loot: Loot[] = [];
      for (const each of pages) {
        // A page that was left half-way has nothing more to tell.
        loot.push(...(await lootOf(each, each === page ? judged : 0).catch(() => [])));
      }
      judged = await page.evaluate(() => window.hostile.loot.length);
      const requests = attacker.requests.slice(judgedRequests);
      judgedRequests += requests.length;
      const haul = [
        JSON.stringify(learnt) ?? '',
        ...loot.map(({ source, content }) => `${source}: ${content}`),
        ...requests,
      ].join('\n');
      return known.reduce((rest, text) => rest.replaceAll(text, ''), haul);
    },
    know: (text) => void known.push(text),
    async tidy() {
      known = [];
      for (const each of context.pages()) if (each !== page) await each.close();
      for (const other of others.splice(0)) await other.close();
    },
    close: () => browser.close(),
  };
}

/** Stores two texts and a file, as a person does. */
async function store(page: Page, { appURL, directory }: Stack): Promise<void> {
  await page.goto(`${appURL}/?fields&upload`);
  await secureInput(page, 'Secret').fill(texts.stored);
  await secureInput(page, 'Card').fill(texts.concealed);
  const path = join(directory, texts.filename);
  await writeFile(path, texts.file);
  await secureFrame(page, 'Upload').locator('.zone').waitFor();
  await chooseFiles(page, 'Upload', [path]);
  await secureFrame(page, 'Upload').locator('[data-state=stored]').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^saved \d+$/).waitFor();
}
