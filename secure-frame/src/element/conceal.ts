const signs = /[\p{L}\p{N}]\p{M}*/gu;

/** Letters of scripts that are written from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const leftToRightMark = '\u200e';

/**
 * A text as somebody may see it: its letters and digits shown as •, but for the last `visible` ones; what stands between them
 * stays. Of a text with no more than `visible` letters and digits all are concealed, or nothing would be.
 *
 * The signs stand in the order of the text: a • has no direction of its own, so among right-to-left text those of numbers
 * and Latin letters get a mark.
 */
export function concealText(text: string, visible: number, isRightToLeft = false): string {
  const count = text.match(signs)?.length ?? 0;
  const concealed = count > visible ? count - visible : count;
  let index = 0;
  return text.replace(signs, (sign) => {
    if (index++ >= concealed) return sign;
    const isMarked = isRightToLeft && (/\p{N}/u.test(sign) || !rightToLeft.test(sign));
    return isMarked ? `${leftToRightMark}•` : '•';
  });
}

export const isRightToLeft = (element: HTMLElement): boolean =>
  element.ownerDocument.defaultView!.getComputedStyle(element).direction === 'rtl';
