#!/usr/bin/env node
/**
 * `npm run supply-chain`: where everything that is installed, built and published comes from, and that it is that. Ends with 1 if
 * something does not hold. What cannot be asked here is named as such, and no success; with LUNASEC_AUDIT=required, as in a
 * release, it is a failure. MongoDB and S3 are started, unless MONGODB_URI and S3_ENDPOINT say where they are.
 */
import { recordFigures } from '@lunasec/proof';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bold, green, note, red, seconds, yellow } from './lib/progress.mjs';
import { requireNode, root } from './lib/workspace.mjs';
import { askAudit, askSignatures } from './supply-chain/audit.mjs';
import { installScripts, licenceExceptions, licences, overrides } from './supply-chain/explained.mjs';
import { frameHashes, publishedHashes } from './supply-chain/frame-hashes.mjs';
import {
  complaintsAboutScripts,
  runtimeScripts,
  withInstallScript,
} from './supply-chain/install-scripts.mjs';
import { complaintsAboutLicences, runtimePaths } from './supply-chain/licences.mjs';
import * as locks from './supply-chain/lock.mjs';
import { buildTwice, differences } from './supply-chain/reproducible.mjs';
import { sbomDirectory, sboms, writeSBOMs } from './supply-chain/sbom.mjs';
import { listFile, thirdPartyList } from './supply-chain/third-party.mjs';
import { useWithoutScripts } from './supply-chain/without-scripts.mjs';

const run = promisify(execFile);
requireNode();
const since = Date.now();
const lock = locks.readLock();
const manifests = locks.readManifests();
const validatorLock = locks.readJSON('scripts/supply-chain/sbom-validator/package-lock.json');
const required = process.env.LUNASEC_AUDIT === 'required';
const runtime = runtimePaths(lock);
const packages = locks.installed(lock);
const names = new Set(packages.map(([, { license }]) => license));
const figures = { packages: packages.length, 'at run time': runtime.size, licences: names.size };
let failed = 0;
let notAsked = 0;

await check('lock file: SHA-512 of everything, from the public registry, in step with the manifests', () => [
  ...locks.complaintsAbout(lock, manifests),
  ...locks.complaintsAbout(validatorLock, {}),
  ...locks.complaintsAboutOverrides(manifests[''], overrides),
]);
await check('npm ci takes it as it is', async () => {
  await run('npm', ['ci', '--ignore-scripts', '--dry-run', '--no-audit', '--no-fund'], { cwd: root });
  return [];
});
await check(`licences: ${names.size} kinds, of run time and of development`, () =>
  complaintsAboutLicences(lock, { licences, licenceExceptions }),
);
await check('THIRD-PARTY-LICENSES.md is of this lock file', async () =>
  readFileSync(listFile, 'utf8') === (await thirdPartyList(lock)) ? [] : ['run npm run licenses'],
);
await check(
  `install scripts: ${withInstallScript(lock).length}, at run time ${runtimeScripts(lock)
    .map(({ name }) => name)
    .join(' and ')}`,
  () => complaintsAboutScripts(lock, manifests[''], installScripts),
);
await check('known vulnerabilities (npm audit)', askAudit);
await check('signatures of the registry (npm audit signatures)', askSignatures);
await check('bills of materials are valid CycloneDX 1.6, and the same each time', checkSBOMs);
await check('frame-hashes.json is of the frames that are built here', () => {
  const hashes = publishedHashes();
  figures['frame files'] = Object.keys(hashes.files).length;
  return differences(frameHashes().files, hashes.files);
});
await check('the frames, built twice in two places, are the same and the published ones', async () => {
  const { files, complaints } = await buildTwice(publishedHashes());
  figures['files built twice'] = files;
  return complaints;
});
await check('what is published works without any install script, and not with altered frames', withServices);

recordFigures('Supply chain', { ...figures, 'not asked': notAsked });
console.log(
  `\n${failed === 0 ? green(bold('Holds')) : red(bold(`${failed} do not hold`))}${notAsked > 0 ? yellow(`, ${notAsked} not asked`) : ''} in ${seconds(since)}`,
);
process.exit(failed === 0 ? 0 : 1);

/** Complaints, or the answer of a registry that may not have been asked. */
async function check(name, look) {
  const result = await Promise.resolve()
    .then(look)
    .catch((error) => [error.stderr || error.message]);
  const complaints = Array.isArray(result) ? result : (result.complaints ?? []);
  const isUnasked = result.asked === false;
  const fails = complaints.length > 0 || (isUnasked && required);
  if (fails) failed++;
  if (isUnasked) notAsked++;
  console.log(`${fails ? red('✗') : isUnasked ? yellow('? not asked:') : green('✓')} ${name}`);
  if (isUnasked) console.log(`    ${result.why}`);
  for (const complaint of complaints) console.log(`    ${complaint}`);
}

async function checkSBOMs() {
  const all = sboms(lock, publishedHashes());
  const again = sboms(locks.readLock(), publishedHashes());
  writeSBOMs(all);
  figures['bills of materials'] = Object.keys(all).length;
  const folder = mkdtempSync(join(tmpdir(), 'lunasec-sbom-'));
  try {
    cpSync(join(root, 'scripts/supply-chain/sbom-validator'), folder, { recursive: true });
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    const validate = (directory) =>
      run(process.execPath, ['validate.mjs', directory], { cwd: folder }).then(
        () => [],
        (error) => [error.stdout || error.message],
      );
    // One that is wrong, to see that the validator looks.
    mkdirSync(join(folder, 'wrong'));
    const wrong = { ...all['frame.cdx.json'], components: [{ type: 'none' }] };
    writeFileSync(join(folder, 'wrong/frame.cdx.json'), JSON.stringify(wrong));
    return [
      ...(await validate(sbomDirectory)),
      ...((await validate(join(folder, 'wrong'))).length > 0 ? [] : ['the validator takes everything']),
      ...(JSON.stringify(all) === JSON.stringify(again) ? [] : ['they differ from one time to the next']),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServices() {
  if (process.env.MONGODB_URI && process.env.S3_ENDPOINT) return useWithoutScripts(process.env);
  const { startServices } = await import('./services/index.mjs');
  const services = await startServices({ note });
  try {
    if (services.missing.length > 0)
      return services.missing.map(({ name, why }) => `there is no ${name}: ${why}`);
    Object.assign(process.env, services.environment);
    return await useWithoutScripts(process.env);
  } finally {
    await services.stop();
  }
}
