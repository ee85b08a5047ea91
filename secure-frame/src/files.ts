import { fileURLToPath } from 'node:url';

/** Absolute path of the built frames: `controller.html`, `element.html`, `file.html` and `assets/`. */
export const frameDirectory = fileURLToPath(new URL('./frame', import.meta.url));

/** Absolute path of the list of their published hashes, JSON. */
export const frameHashesFile = fileURLToPath(new URL('../frame-hashes.json', import.meta.url));
