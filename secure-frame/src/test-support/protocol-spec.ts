import { dictionary, fields, flag, integer, lenient, list, nullable, one, text, union } from './spec.js';
import type { Spec } from './spec.js';

const tokens = [
  'lunasec-00000000-0000-4000-8000-000000000000',
  'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff',
  'lunasec-ffffffff-ffff-4fff-bfff-ffffffffffff',
];
/** By its characters, one after the other. */
function looksLikeToken(given: string): boolean {
  if (given.slice(0, 8) !== 'lunasec-' || given.length !== 44) return false;
  const uuid = given.slice(8);
  return [...uuid].every((sign, at) => {
    if ([8, 13, 18, 23].includes(at)) return sign === '-';
    if (at === 14) return sign === '4';
    return (at === 19 ? '89ab' : '0123456789abcdef').includes(sign);
  });
}
const token = text(44, tokens, looksLikeToken);
const identifier = text(64);
const isCode = (given: string) =>
  given.split('_').every((word) => word !== '' && [...word].every((sign) => sign >= 'A' && sign <= 'Z'));
const code = text(40, ['UNAVAILABLE', 'A', 'A_B', 'A'.repeat(40)], isCode);
const problem = fields({ code, message: text(2000) });
const batch = fields({ id: identifier, size: integer(1, 100_000) });
const connection = one('ok', 'failing');
const big = Number.MAX_SAFE_INTEGER;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base64 = text(128, ['AA==', 'AAA=', 'AAAA', 'x'.repeat(128)], (given) => {
  const body = given.replace(/={1,2}$/, '');
  return body !== '' && [...body].every((sign) => alphabet.includes(sign));
});
const url = text(
  8192,
  ['https://objects.example/a?b', 'http://localhost:1/', '/objects/a'],
  (given) => given.startsWith('https://') || given.startsWith('http://') || given.startsWith('/'),
);
const headers = dictionary(text(100), text(4096), 50);
const requestId = integer(1, big);
const styles = dictionary(
  text(64, ['color', 'font-size', '__proto__', 'constructor', '']),
  text(512, ['red', 'url(evil)', '', 'x'.repeat(512)]),
  200,
);
const label = text(100);
const size = integer(1, big);
const partNumber = integer(1, 10_000);
const dir = one('ltr', 'rtl', 'auto');

const elementAttributes = lenient({
  type: one('text', 'email', 'tel', 'number', 'password', 'url'),
  placeholder: text(1000),
  required: flag,
  disabled: flag,
  readOnly: flag,
  autoComplete: text(100),
  autoCapitalize: text(20),
  enterKeyHint: text(20),
  inputMode: one('none', 'text', 'tel', 'url', 'email', 'numeric', 'decimal', 'search'),
  maxLength: integer(0, 1_048_576),
  minLength: integer(0, 1_048_576),
  pattern: text(1000),
  min: text(32),
  max: text(32),
  step: text(32),
  mask: text(64),
  conceal: integer(0, 64),
  revealable: flag,
  copyable: flag,
  hideAfter: integer(1, 3600),
  labels: fields({ 'reveal?': label, 'hide?': label, 'copy?': label, 'copied?': label }),
  maxRows: integer(1, 1000),
  rows: integer(1, 1000),
  spellCheck: flag,
  dir,
  lang: text(35),
  ariaLabel: text(1000),
  ariaDescription: text(1000),
  ariaInvalid: flag,
});

const fileLabels =
  'choose chooseMany drop dropMany dropHere queued uploading waiting paused stored pause resume retry cancel remove tooLarge wrongType tooMany changed failed quota session required file loading downloading download stop saved noGrant damaged noPreview preview'.split(
    ' ',
  );
const fileAttributes = lenient({
  accept: text(2000),
  multiple: flag,
  maxFiles: integer(1, 1000),
  maxSize: size,
  disabled: flag,
  required: flag,
  preview: flag,
  labels: dictionary(one(...fileLabels), text(300), 33),
  dir,
  lang: text(35),
  ariaLabel: text(1000),
  ariaDescription: text(1000),
  ariaInvalid: flag,
});

const upload = fields({ url, method: one('PUT'), headers, expiresAt: text(64) });
const download = fields({ url, method: one('GET'), headers, expiresAt: text(64), size, dataKey: base64 });
const multipart = fields({ partSize: integer(1, 2 ** 30) });
const uploadPart = fields({ number: partNumber, size: integer(1, 2 ** 30), checksum: base64 });
const partResult = fields({ number: partNumber, upload: nullable(upload), problem: nullable(problem) });
const completeResult = fields({ token, problem: nullable(problem) });
const tokenizeInput = fields({ token, dataKey: base64, size, 'checksum?': base64 });
const shown = one('none', 'loading', 'shown', 'failed');
const states = Object.fromEntries(
  ['base', 'placeholder', 'focus', 'hover', 'invalid'].map((state) => [`${state}?`, styles]),
);

/** Every message and answer that crosses a boundary, by the name of its parser. */
export const protocolSpec = {
  elementAttributes,
  fileAttributes,
  problem,
  batch,
  connectMessage: fields({ lunasec: integer(1, 1_000_000), type: one('connect') }),
  attachMessage: fields({ lunasec: one(1), type: one('attach') }),
  assertionMessage: fields({ lunasec: one(1), type: one('assertion'), assertion: nullable(text(8192)) }),
  pageToElement: union({
    configure: {
      kind: one('input', 'textarea', 'paragraph', 'span'),
      attributes: elementAttributes,
      'validator?': one('SSN', 'Email', 'CardNumber', 'Phone', 'IBAN', 'Date'),
    },
    style: { ...states, 'hoverFocus?': styles, 'hoverInvalid?': styles, 'focusInvalid?': styles },
    show: { token: nullable(token) },
    validate: { requestId: identifier },
    tokenize: { requestId: identifier, batch },
    command: { command: one('focus', 'blur', 'select', 'clear', 'reset') },
  }),
  pageToController: union({ prefetch: { tokens: list(token, 10_000) } }),
  elementToPage: union({
    ready: {},
    state: {
      filled: flag,
      valid: flag,
      invalid: nullable(code),
      dirty: flag,
      focused: flag,
      shown,
      'rows?': integer(1, 1000),
    },
    validated: { requestId: identifier, valid: flag },
    tokenized: { requestId: identifier, token: nullable(token) },
    failed: { requestId: identifier, problem },
    problem: { problem },
    connection: { state: connection },
    submit: {},
  }),
  controllerToPage: union({
    session: { state: one('active', 'unauthenticated', 'failed'), 'problem?': problem },
    renew: {},
    connection: { state: connection },
    problem: { problem },
  }),
  pageToFile: union({
    configure: { kind: one('upload', 'download'), attributes: fileAttributes },
    style: states,
    show: { token: nullable(token) },
    validate: { requestId: identifier },
    tokenize: { requestId: identifier, batch },
    command: { command: one('focus', 'blur', 'clear') },
  }),
  fileToPage: union({
    ready: {},
    state: {
      filled: flag,
      valid: flag,
      invalid: nullable(code),
      focused: flag,
      shown,
      files: list(
        fields({
          id: size,
          size: integer(0, big),
          sent: integer(0, big),
          state: text(20, ['queued', 'stored', 'new'], (given) => /^[a-z]{1,20}$/.test(given)),
          code: nullable(code),
        }),
        2000,
      ),
      height: integer(0, 100_000),
    },
    validated: { requestId: identifier, valid: flag },
    tokenized: { requestId: identifier, tokens: list(token, 1000) },
    failed: { requestId: identifier, problem },
    problem: { problem },
    connection: { state: connection },
  }),
  elementToController: union({
    tokenize: { requestId, batch, input: tokenizeInput },
    skip: { batch },
    detokenize: { requestId, token },
    signParts: { requestId, token, parts: list(uploadPart, 100) },
    completeUploads: { requestId, tokens: list(token, 1000) },
  }),
  controllerToElement: union({
    attached: {},
    upload: { requestId, upload },
    download: { requestId, download },
    multipart: { requestId, multipart },
    parts: { requestId, parts: list(partResult, 100) },
    completed: { requestId, results: list(completeResult, 1000) },
    failed: { requestId, problem },
    reset: {},
  }),
  tokenizeResult: fields({
    token,
    upload: nullable(upload),
    'multipart?': nullable(multipart),
    problem: nullable(problem),
  }),
  detokenizeResult: fields({ token, download: nullable(download), problem: nullable(problem) }),
  sessionResult: fields({ accessToken: text(1024), expiresAt: text(64) }),
  partResult,
  completeResult,
  uploadPart,
  tokenizeInput,
} satisfies Record<string, Spec>;
