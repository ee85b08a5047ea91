#!/usr/bin/env node
/** `npm run sbom`: writes a CycloneDX bill of materials for each published package and for the frames to `.cache/sbom`. */
import { publishedHashes } from './supply-chain/frame-hashes.mjs';
import { readLock } from './supply-chain/lock.mjs';
import { sbomDirectory, sboms, writeSBOMs } from './supply-chain/sbom.mjs';

const all = sboms(readLock(), publishedHashes());
writeSBOMs(all);
for (const [name, { components }] of Object.entries(all))
  console.log(`${sbomDirectory}/${name}: ${components.length} components`);
