const namespace = 'http://www.w3.org/2000/svg';
const eye = 'M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 1 0 0-6';
/** Paths in a box of 24 by 24. */
const paths = {
  reveal: eye,
  hide: `${eye}M4 4l16 16`,
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  copied: 'M5 12.5l4.5 4.5L19 7.5',
};
export type IconName = keyof typeof paths;

/** A line drawing in the colour of the text around it. */
export function createIcon(document: Document, name: IconName): SVGElement {
  const icon = document.createElementNS(namespace, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', paths[name]);
  icon.append(path);
  return icon;
}
