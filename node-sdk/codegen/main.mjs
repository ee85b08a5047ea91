import { writeFile } from 'node:fs/promises';
import { generate, outputFile } from './generate.mjs';

await writeFile(outputFile, await generate());
