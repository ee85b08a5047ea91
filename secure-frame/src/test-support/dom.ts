import { webcrypto } from 'node:crypto';
import { TextDecoder, TextEncoder } from 'node:util';
import { FakeMessageChannel } from './ports.js';

/** Gives jsdom what browsers have and it lacks, or has in part. Import before what is under test. */
for (const [name, value] of Object.entries({
  crypto: webcrypto,
  TextDecoder,
  TextEncoder,
  MessageChannel: FakeMessageChannel,
}))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

if (!('adoptedStyleSheets' in document))
  Object.defineProperty(document, 'adoptedStyleSheets', { value: [], writable: true });

const sheet = new CSSStyleSheet();
sheet.insertRule('a {}');
for (const { style } of [sheet.cssRules[0] as CSSStyleRule, document.documentElement]) {
  const declaration = Object.getPrototypeOf(style) as Partial<CSSStyleDeclaration>;
  declaration[Symbol.iterator] ??= Array.prototype[Symbol.iterator];
}
