import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const places = [
  'secure-frame/src',
  'tokenizer-api/src',
  'node-sdk/src',
  'react-sdk/src',
  'demo-graphql-app/server',
  'demo-graphql-app/web/src',
  'gallery/server',
];

/** The sources of what runs: path and text, without tests and what helps testing. */
export const sourcesOf = () =>
  places.flatMap((place) =>
    readdirSync(join(root, place), { recursive: true })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|test-support\/|^testing\//.test(name))
      .sort()
      .map((name) => ({ file: `${place}/${name}`, text: readFileSync(join(root, place, name), 'utf8') })),
  );
