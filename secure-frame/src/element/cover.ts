import { concealText, isRightToLeft } from './conceal.js';

/**
 * Conceals what is in a control, whose value stays as it is: to validity, undo, autofill and copying nothing happens. The text
 * is not painted, and a cover that looks the same lies above with what may be seen of it. Returns a function that covers or
 * uncovers, to be called again when text or look have changed.
 */
export function createCover(
  control: HTMLInputElement | HTMLTextAreaElement,
  visible: number,
): (on: boolean) => void {
  const cover = control.ownerDocument.createElement(control.localName) as typeof control;
  cover.id = 'cover';
  cover.readOnly = true;
  // Not to be reached, and not there for assistive technology.
  cover.tabIndex = -1;
  cover.inert = true;
  cover.setAttribute('aria-hidden', 'true');
  control.addEventListener('scroll', () => (cover.scrollTop = control.scrollTop));

  return (on) => {
    control.classList.toggle('concealed', on);
    // Of what is no number, a browser does not tell the text.
    const covers = on && control.value !== '';
    control.classList.toggle('covered', covers);
    cover.value = covers ? concealText(control.value, visible, isRightToLeft(control)) : '';
    if (!covers) return cover.remove();
    cover.style.cssText = control.style.cssText;
    cover.dir = control.dir;
    if (!cover.isConnected) control.after(cover);
    cover.scrollTop = control.scrollTop;
  };
}
