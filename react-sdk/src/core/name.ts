/** Longest name or description that a frame takes, in UTF-16 units. */
const maxLength = 1000;

/**
 * The text of the elements with these ids, as `aria-labelledby` and `aria-describedby` have them. The observer, if given, is
 * told to watch them.
 */
export function textOf(near: Node, ids: string | undefined, observer?: MutationObserver): string | undefined {
  const root = near.getRootNode() as Document | ShadowRoot;
  return joined(
    (ids ?? '').split(/\s+/).map((id) => (id ? root.getElementById?.(id) : null)),
    observer,
  );
}

/** The text of a control's own `<label>`s. */
export function labelOf(control: HTMLElement, observer?: MutationObserver): string | undefined {
  return joined([...((control as HTMLInputElement).labels ?? [])], observer);
}

function joined(
  elements: (Element | null | undefined)[],
  observer: MutationObserver | undefined,
): string | undefined {
  for (const element of elements)
    if (element) observer?.observe(element, { childList: true, characterData: true, subtree: true });
  const text = elements.map((element) => element?.textContent ?? '').join(' ');
  return text.replace(/\s+/g, ' ').trim().slice(0, maxLength) || undefined;
}
