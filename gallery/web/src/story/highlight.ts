export interface Piece {
  kind: 'plain' | 'comment' | 'string' | 'tag' | 'attribute' | 'keyword' | 'number' | 'property';
  text: string;
}
export type Language = 'tsx' | 'css' | 'html';

const rules: Record<Language, [Piece['kind'], RegExp][]> = {
  tsx: [
    ['comment', /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\{\/\*[\s\S]*?\*\/\}/y],
    ['string', /'(?:\\.|[^'\\\n])*'|"[^"\n]*"|`(?:\\.|[^`\\])*`/y],
    ['tag', /<\/?[A-Za-z][\w.-]*|(?<!=)\/?>/y],
    ['attribute', /[a-zA-Z][\w-]*(?==[{"'])/y],
    [
      'keyword',
      /\b(?:import|from|export|function|return|const|async|await|if|else|new|typeof|true|false|null|undefined|type)\b/y,
    ],
    ['number', /\b\d[\d_.]*\b/y],
    ['plain', /[\w$-]+/y],
  ],
  html: [
    ['comment', /<!--[\s\S]*?-->/y],
    ['string', /"[^"\n]*"/y],
    ['tag', /<\/?[A-Za-z][\w-]*|\/?>/y],
    ['attribute', /[a-zA-Z][\w-]*(?==")/y],
    ['plain', /[\w$-]+/y],
  ],
  css: [
    ['comment', /\/\*[\s\S]*?\*\//y],
    ['string', /'[^'\n]*'|"[^"\n]*"/y],
    ['property', /--?[a-z][\w-]*(?=\s*:\s)|[a-z-]+(?=\s*:\s)/y],
    ['number', /#[\da-f]{3,8}\b|-?\d*\.?\d+(?:px|rem|em|%|ms|s)?/y],
    ['keyword', /@[a-z-]+|::?[a-z-]+/y],
    ['tag', /[.](?:\\.|[\w/-])+/y],
    ['plain', /[\w$-]+/y],
  ],
};

/** Cuts code into pieces of a kind each. Together they are the code as it was. */
export function highlight(code: string, language: Language): Piece[] {
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  for (let at = 0; at < code.length;) {
    const found = rules[language]
      .map(([kind, pattern]) => {
        pattern.lastIndex = at;
        return { kind, text: pattern.exec(code)?.[0] };
      })
      .find(({ text }) => text);
    const text = found?.text ?? code[at]!;
    add(found?.kind ?? 'plain', text);
    at += text.length;
  }
  return pieces;
}
