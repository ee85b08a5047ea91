/**
 * Lets the keyboard reach text that is longer than its place, to scroll it: not every browser does that by itself. Text that is
 * seen whole is no stop for the Tab key.
 */
export function letKeyboardScroll(element: HTMLElement): void {
  const look = () => {
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = element;
    const scrolls = scrollHeight > clientHeight || scrollWidth > clientWidth;
    if (scrolls) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  };
  new MutationObserver(look).observe(element, {
    childList: true,
    characterData: true,
    subtree: true,
    attributeFilter: ['style'],
  });
  const { ResizeObserver } = element.ownerDocument.defaultView ?? {};
  if (ResizeObserver) new ResizeObserver(look).observe(element);
}
