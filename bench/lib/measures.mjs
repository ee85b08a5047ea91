import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = new URL('../measures/', import.meta.url);

/** All measures, in their order, each with its file. */
export const measures = await Promise.all(
  readdirSync(fileURLToPath(directory))
    .filter((name) => name.endsWith('.mjs'))
    .sort()
    .map(async (name) => ({ ...(await import(new URL(name, directory))).measure, file: name })),
);
