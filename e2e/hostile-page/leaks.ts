/** What must not be found in what an attacker has come by. */
export interface Hidden {
  /** Plaintexts: none may be found whole, in any encoding, nor {@link pieceLength} signs of one in a row. */
  texts: readonly string[];
  /** Session tokens, assertions, data keys, presigned URLs. */
  secrets: readonly string[];
}

/** So many signs of a text in a row are a leak. The tests' texts have none of a UUID's signs, or tokens would be found. */
export const pieceLength = 4;

const codesOf = (text: string) => [...text].map((sign) => sign.charCodeAt(0));

/** A text as an attacker might hold it. */
export function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  // What stands before it in a longer text shifts base64 by up to two bytes; its first and last signs then depend on the neighbours.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : shift + 1, -2),
  );
  return [
    text,
    [...text].reverse().join(''),
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice('text='.length),
    bytes.toString('hex'),
    Buffer.from(text, 'utf16le').toString('hex'),
    Buffer.from(text, 'utf16le').toString('base64').replace(/=+$/, '').slice(0, -2),
    [...text].join('\0'),
    codesOf(text).join(),
    codesOf(text)
      .map((code) => `&#${code};`)
      .join(''),
    codesOf(text)
      .map((code) => `\\u${code.toString(16).padStart(4, '0')}`)
      .join(''),
    ...base64,
    ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

function piecesOf(text: string): string[] {
  const pieces = [];
  for (let start = 0; start + pieceLength <= text.length; start++)
    pieces.push(text.slice(start, start + pieceLength));
  return pieces;
}

const jwt = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/;

/** What of the hidden is in a haul, described without repeating it; assertions and access tokens by their form, too. */
export function findLeaks(haul: string, { texts, secrets }: Hidden): string[] {
  const small = haul.toLowerCase();
  const leaks: string[] = [];
  texts.forEach((text, index) => {
    const needles = [
      ...encodingsOf(text),
      ...piecesOf(text),
      ...piecesOf(text).map((piece) => codesOf(piece).join()),
    ];
    const found = needles.find((needle) => small.includes(needle.toLowerCase()));
    if (found !== undefined) leaks.push(`text ${index}, as ${JSON.stringify(found)}`);
  });
  secrets.forEach((secret, index) => {
    const forms = [secret, encodeURIComponent(secret), secret.replaceAll('+', '-').replaceAll('/', '_')];
    if (forms.some((form) => haul.includes(form))) leaks.push(`secret ${index}`);
  });
  if (jwt.test(haul)) leaks.push('a JWT');
  return leaks;
}
