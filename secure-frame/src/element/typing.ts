import type { Edited, Mask } from './mask.js';

/**
 * Keeps what is typed into an input in the form of a mask. An edit is changed before it happens, and made by the browser's own
 * command, so that undo takes it back as a whole. What cannot be changed before (words deleted, dropped text, autofill) is put in
 * form behind it. Undo and redo, and what an input method is composing, are left alone.
 */
export function keepMask(input: HTMLInputElement, mask: Mask): void {
  let isOurs = false;

  function take({ text, caret }: Edited): void {
    isOurs = true;
    if (input.value !== text) replace(input, text);
    input.setSelectionRange(caret, caret);
    isOurs = false;
  }

  function tidy(): void {
    const edited = mask.format(input.value, input.selectionEnd ?? input.value.length);
    if (edited && edited.text !== input.value) take(edited);
  }

  input.addEventListener('beforeinput', (event) => {
    if (isOurs || event.isComposing || !event.cancelable) return;
    const { value } = input;
    const [start, end] = [input.selectionStart ?? value.length, input.selectionEnd ?? value.length];
    const { inputType, data } = event;
    let natural: Edited | undefined;
    let edited: Edited | undefined;
    if ((inputType === 'insertText' || inputType === 'insertFromPaste') && data !== null) {
      natural = { text: value.slice(0, start) + data + value.slice(end), caret: start + data.length };
      edited = mask.insert(value, start, end, data);
    } else if (/^deleteContent(Back|For)ward$/.test(inputType) && mask.fits(value)) {
      const isBackward = inputType === 'deleteContentBackward';
      if (start === end && start === (isBackward ? 0 : value.length)) return;
      const from = start === end && isBackward ? start - 1 : start;
      const to = start === end && !isBackward ? end + 1 : end;
      natural = { text: value.slice(0, from) + value.slice(to), caret: from };
      edited = mask.remove(value, start, end, isBackward ? 'backward' : 'forward');
    } else return;
    // As the browser would do it: it does so better, with one step to undo for all that is typed.
    if (edited && edited.text === natural.text && edited.caret === natural.caret) return;
    event.preventDefault();
    if (edited) take(edited);
  });

  input.addEventListener('input', (event) => {
    const { isComposing, inputType = '' } = event as InputEvent;
    if (!isOurs && !isComposing && !inputType.startsWith('history')) tidy();
  });
  input.addEventListener('compositionend', tidy);
}

/** Puts a text in place of an input's, and says so as a browser does. */
function replace(input: HTMLInputElement, text: string): void {
  const { value, ownerDocument } = input;
  const shorter = Math.min(value.length, text.length);
  let before = 0;
  while (before < shorter && value[before] === text[before]) before++;
  let behind = 0;
  while (behind < shorter - before && value.at(-1 - behind) === text.at(-1 - behind)) behind++;
  const put = text.slice(before, text.length - behind);
  if (ownerDocument.activeElement === input) {
    input.setSelectionRange(before, value.length - behind);
    // Deprecated, but nothing else keeps the way back.
    ownerDocument.execCommand?.(put === '' ? 'delete' : 'insertText', false, put);
  }
  if (input.value === text) return;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
