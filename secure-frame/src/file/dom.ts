/** Makes an element with a class, attributes and children. Texts stay texts. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  document: Document,
  tag: Tag,
  { className, ...attributes }: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** 24 × 24, drawn with lines. */
const shapes = {
  upload: 'M12 16V4M7 9l5-5 5 5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3',
  download: 'M12 4v12M7 11l5 5 5-5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
  pause: 'M9 6v12M15 6v12',
  resume: 'M8 5.5v13l10-6.5z',
  retry: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  remove: 'M6 6l12 12M18 6L6 18',
};
export type IconName = keyof typeof shapes;

const svg = 'http://www.w3.org/2000/svg';

export function icon(document: Document, name: IconName): SVGSVGElement {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('viewBox', '0 0 24 24');
  element.setAttribute('aria-hidden', 'true');
  element.classList.add('icon');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', shapes[name]);
  element.append(path);
  return element;
}

/** A button with an icon, named by its label. */
export function iconButton(
  document: Document,
  isByPerson: (event: Event) => boolean,
  name: IconName,
  act: () => void,
): HTMLButtonElement & { setLabel(label: string, about: string): void } {
  const button = make(document, 'button', { type: 'button', className: 'action' }, icon(document, name));
  button.addEventListener('click', (event) => {
    if (isByPerson(event)) act();
  });
  return Object.assign(button, {
    setLabel(label: string, about: string) {
      button.title = label;
      // Of many rows: which one.
      button.setAttribute('aria-label', `${label}: ${about}`);
    },
  });
}
