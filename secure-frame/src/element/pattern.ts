/** Longer texts match no pattern. */
const longestText = 1000;
/** Most ways in which a pattern may try to match at one place; each takes well under a microsecond. */
const maxPaths = 10_000;
const atom =
  /\\[dDwWsS]|\\[pP]\{[A-Z][a-z]?\}|\\[^A-Za-z0-9]|\[\^?(?:[^\\[\]]|\\[dDwWsS]|\\[pP]\{[A-Z][a-z]?\}|\\[^A-Za-z0-9])+\]|[^\\*+?()[\]{}|]/y;
const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;

/**
 * Compiles the value of a `pattern` attribute (HTML: the whole text must match; flag `v`). Undefined for one that is
 * malformed or might take long: the page chooses the pattern, and could read the text from how long it takes. So there
 * are no look-arounds and back references, and repetitions only as far as few ways to match come of them.
 */
export function compilePattern(source: string): ((text: string) => boolean) | undefined {
  if (!(countPaths(source) <= maxPaths)) return undefined;
  try {
    const pattern = new RegExp(`^(?:${source})$`, 'v');
    // One that is too big for the engine says so at its first use.
    pattern.test('');
    return (text) => text.length <= longestText && pattern.test(text);
  } catch {
    return undefined;
  }
}

/** In how many ways a pattern can try to match at one place, at most; NaN for what is not known to be harmless. */
function countPaths(source: string): number {
  let position = 0;
  const take = (expression: RegExp) => {
    expression.lastIndex = position;
    const match = expression.exec(source);
    if (match) position = expression.lastIndex;
    return match;
  };

  function alternatives(): number {
    let paths = sequence();
    while (source[position] === '|') {
      position++;
      paths += sequence();
    }
    return paths;
  }

  function sequence(): number {
    let paths = 1;
    while (position < source.length && source[position] !== '|' && source[position] !== ')') {
      const once = item();
      paths *= repeated(once, take(quantifier));
    }
    return paths;
  }

  function item(): number {
    if (source[position] !== '(') return take(atom) ? 1 : fail();
    position += source.startsWith('(?:', position) ? 3 : 1;
    const paths = alternatives();
    return source[position++] === ')' ? paths : fail();
  }

  function fail(): number {
    position = source.length;
    return NaN;
  }

  const paths = alternatives();
  return position === source.length ? paths : NaN;
}

function repeated(paths: number, match: RegExpExecArray | null): number {
  if (!match) return paths;
  const [, sign, least, comma, most] = match;
  const min = sign === '+' ? 1 : Number(least ?? 0);
  const max = sign === '?' ? 1 : sign ? Infinity : !comma ? min : most ? Number(most) : Infinity;
  // As far as texts are looked at. Every round of a part that can match in several ways multiplies them.
  const rounds = Math.min(max, min + longestText) - min + 1;
  if (paths === 1) return rounds;
  return max > 100 ? NaN : rounds * paths ** max;
}
