/** A text and the place of the caret in it, in UTF-16 units. */
export interface Edited {
  text: string;
  caret: number;
}

export interface Mask {
  /** Whether what it takes can be typed on a keyboard of digits. */
  readonly isNumeric: boolean;
  /** Whether a text is as the mask writes it, as far as it goes. */
  fits(text: string): boolean;
  /**
   * Writes a text as the mask does. Undefined if a letter or digit of it has no place there: none is ever dropped. Other signs
   * are. `caret` stays behind what was before it.
   */
  format(text: string, caret: number): Edited | undefined;
  /**
   * Puts `inserted` in place of what is from `start` to `end`: as much of it as has a place, as with `maxlength`; what is behind
   * stays. Undefined if nothing has.
   */
  insert(text: string, start: number, end: number, inserted: string): Edited | undefined;
  /** Deletes from a text that fits: what is from `start` to `end`, or one sign before or behind the caret. */
  remove(text: string, start: number, end: number, direction: 'backward' | 'forward'): Edited;
}

const slots: Record<string, RegExp> = { '#': /^[0-9]$/, A: /^\p{L}$/u, '*': /^[\p{L}0-9]$/u };
/** What somebody would miss. Half a surrogate pair may be half a letter. */
const content = /[\p{L}\p{N}\p{Cs}]/u;

/**
 * Reads a mask: `#` stands for a digit, `A` for a letter, `*` for either, anything else for itself. A sign that the mask has at a
 * place is taken for it there, so that somebody may type it or not: `+1 555` and `555` are the same to `+1 (###) ###-####`.
 * Undefined for a mask that takes nothing.
 */
export function createMask(mask: string): Mask | undefined {
  // By UTF-16 units throughout, as carets count.
  const places = mask.split('');
  const isSlot = (at: number) => places[at]! in slots;
  const takes = (at: number, sign: string) => slots[places[at]!]?.test(sign) ?? places[at] === sign;
  if (!places.some((_, at) => isSlot(at))) return undefined;

  const fits = (text: string) =>
    text.length <= mask.length && text.split('').every((sign, at) => takes(at, sign));

  /** What stands in slots, in a text that fits. */
  const contentOf = (text: string, from = 0, to = text.length) =>
    text
      .slice(from, to)
      .split('')
      .filter((_, index) => isSlot(from + index));

  /** A text with a sign behind it, and the literals between. Undefined if the sign has no place there. */
  function append(text: string, sign: string, mayBeLiteral: boolean): string | undefined {
    let at = text.length;
    for (; at < mask.length && !isSlot(at); at++)
      if (mayBeLiteral && places[at] === sign) return text + mask.slice(text.length, at + 1);
    return at < mask.length && takes(at, sign) ? text + mask.slice(text.length, at) + sign : undefined;
  }

  /** A text with more signs of slots behind it. Undefined if not all have a place. */
  const join = (text: string, signs: string[]) =>
    signs.reduce<string | undefined>(
      (joined, sign) => (joined === undefined ? undefined : append(joined, sign, false)),
      text,
    );

  /** A text with the literals that end the mask, if nothing else is missing. */
  const complete = (text: string) =>
    contentOf(mask, text.length).length === 0 ? text + mask.slice(text.length) : text;

  function format(given: string, caret: number): Edited | undefined {
    const text = toASCII(given);
    if (fits(text)) return { text, caret };
    let formatted = '';
    let place = 0;
    for (const [index, sign] of text.split('').entries()) {
      const next = append(formatted, sign, true);
      if (next === undefined && content.test(sign)) return undefined;
      formatted = next ?? formatted;
      if (index < caret) place = formatted.length;
    }
    const whole = complete(formatted);
    return { text: whole, caret: caret < text.length ? place : whole.length };
  }

  return {
    isNumeric: places.every((place) => place === '#' || !(place in slots || /\p{L}/u.test(place))),
    fits,
    format,

    insert(text, start, end, inserted) {
      if (!fits(text))
        return format(text.slice(0, start) + inserted + text.slice(end), start + inserted.length);
      const rest = contentOf(text, end);
      const heads = [text.slice(0, start)];
      for (const sign of toASCII(inserted).split('')) {
        const next = append(heads[0]!, sign, true);
        if (next !== undefined) heads.unshift(next);
      }
      for (const head of heads.slice(0, -1)) {
        const joined = join(head, rest);
        if (joined === undefined) continue;
        const whole = complete(joined);
        return { text: whole, caret: head === joined ? whole.length : head.length };
      }
      return undefined;
    },

    remove(text, start, end, direction) {
      let [from, to] = [start, end];
      const isOfLiterals = () => contentOf(text, from, to).length === 0;
      if (from === to) {
        // A literal in the middle would come back: what is deleted is the sign beyond.
        const goesOn = () => isOfLiterals() && contentOf(text, end).length > 0;
        if (direction === 'backward')
          do from--;
          while (from > 0 && goesOn());
        else
          do to++;
          while (to < text.length && goesOn());
        from = Math.max(from, 0);
      }
      const rest = contentOf(text, to);
      if (isOfLiterals() && rest.length > 0) return { text, caret: start };
      if (!isOfLiterals() && rest.length + contentOf(text, 0, from).length === 0)
        return { text: '', caret: 0 };
      // What no longer fits stays as it is, until it does.
      return { text: join(text.slice(0, from), rest) ?? text.slice(0, from) + text.slice(to), caret: from };
    },
  };
}

/** Digits of Arabic, Persian and full-width keyboards; each row starts at a multiple of 16. */
const toASCII = (text: string) => text.replace(/[٠-٩۰-۹０-９]/g, (digit) => String(digit.charCodeAt(0) & 15));
