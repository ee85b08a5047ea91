const signs = /[\p{L}\p{N}]\p{M}*/gu;

/**
 * A text as somebody may see it: its letters and digits shown as •, but for the last `visible` ones; what stands between them
 * stays. Of a text with no more than `visible` letters and digits all are concealed, or nothing would be.
 */
export function concealText(text: string, visible: number): string {
  const count = text.match(signs)?.length ?? 0;
  const concealed = count > visible ? count - visible : count;
  let index = 0;
  return text.replace(signs, (sign) => (index++ < concealed ? '•' : sign));
}
