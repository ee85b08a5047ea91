#!/usr/bin/env node
/** `npm run frame:hashes`: builds the frames and writes down their hashes, by which anybody can tell them from others. */
import { writeFileSync } from 'node:fs';
import { run } from './lib/workspace.mjs';
import { frameHashes, hashesFile } from './supply-chain/frame-hashes.mjs';

const { code } = await run('npm', ['run', 'build', '--workspace=@lunasec/secure-frame']);
if (code !== 0) process.exit(code);
const hashes = frameHashes();
writeFileSync(hashesFile, `${JSON.stringify(hashes, null, 2)}\n`);
console.log(`${Object.keys(hashes.files).length} files in ${hashesFile}`);
