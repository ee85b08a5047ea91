/** What a frame shows itself: images that cannot run anything, and PDF documents. Never SVG or HTML. */
export type ShownKind =
  'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'application/pdf';

/** As many bytes of a file tell what it is. */
export const magicLength = 32;

/**
 * What a file is by its first bytes (https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm). What was said of
 * it when it was stored does not count. Undefined for what a frame does not show.
 */
export function kindOf(bytes: Uint8Array): ShownKind | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, magicLength));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 14) === 'WEBPVP') return 'image/webp';
  if (text.slice(4, 8) === 'ftyp' && /^avi[fs]/.test(text.slice(8))) return 'image/avif';
  return text.startsWith('%PDF-') ? 'application/pdf' : undefined;
}

export const isImage = (kind: ShownKind | undefined): kind is Exclude<ShownKind, 'application/pdf'> =>
  kind !== undefined && kind.startsWith('image/');
