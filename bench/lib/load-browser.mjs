/** What drives a browser. Loaded by the measures that need it when they run: it takes the tests' TypeScript, and costs a start. */
export async function loadBrowser() {
  await import('../../scripts/lib/typescript.mjs');
  return import('./browser.mjs');
}
