import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const systemBrowsers = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
];

/** Starts Chromium: the system's own where there is one, else the one that comes inside an npm package. */
export async function launchBrowser(extraArguments: string[] = []): Promise<Browser> {
  const system = systemBrowsers.find((path) => path && existsSync(path));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (system)
    return chromium.launch({ executablePath: system, args: [...quiet, ...sandbox, ...extraArguments] });
  const { default: packaged } = await import('@sparticuz/chromium');
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    // Not the package's own arguments: those switch off web security and site isolation, which are under test here.
    args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', ...quiet, ...sandbox, ...extraArguments],
  });
}
