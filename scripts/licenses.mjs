#!/usr/bin/env node
/** `npm run licenses`: writes THIRD-PARTY-LICENSES.md. */
import { writeFileSync } from 'node:fs';
import { readLock } from './supply-chain/lock.mjs';
import { listFile, thirdPartyList } from './supply-chain/third-party.mjs';

writeFileSync(listFile, await thirdPartyList(readLock()));
console.log(listFile);
