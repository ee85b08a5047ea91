import { icon, make } from './dom.js';
import { isImage, kindOf, magicLength } from './kinds.js';

/** Larger images are not decoded for a picture of a few pixels. */
const maxSize = 30_000_000;

/** A small square for a file: a picture of an image, else a symbol. Always of the same size. */
export function createThumbnail(document: Document): {
  element: HTMLElement;
  show(file: Blob): Promise<void>;
} {
  const element = make(
    document,
    'span',
    { className: 'thumb', 'aria-hidden': 'true' },
    icon(document, 'file'),
  );
  return {
    element,
    async show(file) {
      if (file.size > maxSize) return;
      try {
        const kind = kindOf(new Uint8Array(await file.slice(0, magicLength).arrayBuffer()));
        if (!isImage(kind)) return;
        // Of the type that its bytes have, whatever it says itself.
        const url = URL.createObjectURL(file.slice(0, file.size, kind));
        const image = make(document, 'img', { alt: '' });
        image.src = url;
        // Decoded is enough: the picture stays when the URL is gone.
        await image.decode().finally(() => URL.revokeObjectURL(url));
        element.replaceChildren(image);
      } catch {
        // It only looks like an image: the symbol stays.
      }
    },
  };
}
