import { fileURLToPath } from 'node:url';

/** Absolute path of the built frames: `controller.html`, `element.html`, `file.html` and `assets/`. */
export const frameDirectory = fileURLToPath(new URL('./frame', import.meta.url));
