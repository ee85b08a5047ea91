/** Longest file name that is given to the system, in UTF-16 units. */
const maxLength = 200;
/** Separators of paths, and what Windows does not take. */
const separators = /[\\/:*?"<>|]/g;
/** Control characters, and those that turn the direction of text around: `gnp.exe` must not read `exe.png`. */
const unseen = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Halves of characters, as a cut leaves them. */
const halves = /\p{Surrogate}/gu;
/** What Windows leaves off. */
const end = /[.\s]+$/;
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** A file's name as it is shown: without what would make it look like another. */
export const shownName = (name: string): string => name.replace(unseen, '').replace(halves, '').trim();

/**
 * The name under which a file is saved. Whoever stored it chose the name, so it may be made to do harm where it is saved: what
 * stays has no path, no leading dot, no control characters, and is no device of Windows.
 */
export function savedName(name: string | undefined): string {
  const plain = cut(
    shownName(name ?? '')
      .replace(separators, '_')
      .replace(/^[.\s]+/, '')
      .replace(end, ''),
  );
  return deviceName.test(plain) ? cut(`_${plain}`) : plain || 'download';
}

/** A name of at most {@link maxLength}, with its extension. */
function cut(name: string): string {
  if (name.length <= maxLength) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : '';
  return (
    name
      .slice(0, maxLength - extension.length)
      .replace(halves, '')
      .replace(end, '') + extension
  );
}
