/**
 * A control is the twin inside it: its own element makes no box, and what the app says about its class concerns the twin alone,
 * so that nothing in `em` counts twice. Text is its own element, with the look of the one it stands for until the app says
 * otherwise.
 */
const rules = `
lunasec-input, lunasec-textarea { all: unset !important; display: contents !important }
lunasec-input[hidden], lunasec-textarea[hidden] { display: none !important }
:where(lunasec-page) { display: contents }
:where(lunasec-paragraph) { display: block; margin-block: 1em }
:where(lunasec-span) { display: inline-block }
:where(lunasec-paragraph, lunasec-span)[hidden] { display: none }`;

/** Returns a function that gives a document or shadow root these rules, once. */
export function createLook(window: Window & typeof globalThis): (root: Node) => void {
  const sheets = new WeakMap<Node, CSSStyleSheet>();
  return (root) => {
    if (sheets.has(root) || !(root as Document).adoptedStyleSheets) return;
    const sheet = new window.CSSStyleSheet();
    sheet.replaceSync(rules);
    // First, so that the app's own rules come after.
    const { adoptedStyleSheets } = root as Document;
    (root as Document).adoptedStyleSheets = [sheet, ...adoptedStyleSheets];
    sheets.set(root, sheet);
  };
}
