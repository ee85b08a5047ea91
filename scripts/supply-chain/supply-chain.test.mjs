import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readExceptions, weighAudit, weighSignatures } from './audit.mjs';
import { installScripts, licenceExceptions, licences, overrides } from './explained.mjs';
import { frameHashes, publishedHashes } from './frame-hashes.mjs';
import { complaintsAboutScripts, runtimeScripts } from './install-scripts.mjs';
import { complaintsAboutLicences, isAllowed, runtimePaths } from './licences.mjs';
import * as locks from './lock.mjs';
import { differences } from './reproducible.mjs';
import { sboms } from './sbom.mjs';
import { listFile, thirdPartyList } from './third-party.mjs';

const lock = locks.readLock();
const manifests = locks.readManifests();
const copy = () => structuredClone(lock);
const some = 'node_modules/express';

describe('the lock file', () => {
  test('has the SHA-512 of everything, from the public registry, and is in step with the manifests', () => {
    expect(locks.installed(lock).length).toBeGreaterThan(1000);
    expect(locks.complaintsAbout(lock, manifests)).toEqual([]);
  });

  const url = (name) => `https://registry.npmjs.org/${name}/-/${name}-${lock.packages[some].version}.tgz`;
  test.each([
    ['without a hash', { integrity: undefined }, 'has no SHA-512'],
    ['with a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has no SHA-512'],
    ['from git', { resolved: 'git+ssh://git@github.com/expressjs/express.git#abc' }, 'comes from git'],
    ['over plain HTTP', { resolved: url('express').replace('https', 'http') }, 'comes from http:'],
    ['from another host', { resolved: 'https://example.com/express.tgz' }, 'comes from https://example'],
    ['from another package of the registry', { resolved: url('expresss') }, 'comes from https://registry'],
  ])('is refused with a package %s', (_, change, complaint) => {
    const changed = copy();
    Object.assign(changed.packages[some], change);
    expect(locks.complaintsAbout(changed, manifests)).toEqual([
      expect.stringContaining(`${some} ${complaint}`),
    ]);
  });

  test('may name the address that the registry’s rule gives', () => {
    const changed = copy();
    changed.packages[some].resolved = url('express');
    expect(locks.complaintsAbout(changed, manifests)).toEqual([]);
  });

  test('is refused when a package is missing that another needs, or a manifest wants something else', () => {
    const changed = copy();
    delete changed.packages['node_modules/qs'];
    expect(locks.complaintsAbout(changed, manifests).join()).toContain('qs is missing');
    const wanting = structuredClone(manifests);
    wanting['tokenizer-api'].dependencies.express = '^6.0.0';
    expect(locks.complaintsAbout(lock, wanting)).toEqual([
      expect.stringMatching(/^tokenizer-api wants express/),
    ]);
    const foreign = structuredClone(manifests);
    foreign['react-sdk'].dependencies.more = 'github:somebody/more';
    expect(locks.complaintsAbout(lock, foreign).join()).toContain('takes more from elsewhere');
  });

  test('has no override that is not explained', () => {
    expect(locks.complaintsAboutOverrides(manifests[''], overrides)).toEqual([]);
    expect(locks.complaintsAboutOverrides({ overrides: { qs: '1' } }, {})).toHaveLength(1);
  });
});

describe('licences', () => {
  test('of all packages are permissive, or explained and not part of what is published', () => {
    expect(complaintsAboutLicences(lock, { licences, licenceExceptions })).toEqual([]);
  });

  test.each([
    ['copyleft', 'GPL-3.0-only'],
    ['one that is explained for another package', 'Elastic-2.0'],
    ['none', undefined],
  ])('refuse %s', (_, license) => {
    const changed = copy();
    changed.packages[some].license = license;
    expect(complaintsAboutLicences(changed, { licences, licenceExceptions })).toEqual([
      expect.stringContaining(some),
    ]);
  });

  test('refuse one that is explained for development when it comes with a published package', () => {
    const changed = copy();
    changed.packages['node-sdk'].dependencies['@apollo/composition'] = '~2.14.4';
    expect(complaintsAboutLicences(changed, { licences, licenceExceptions })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/@apollo\/composition \(Elastic-2\.0\) is installed with node-sdk/),
      ]),
    );
  });

  test('may be chosen from, and all of several must be allowed', () => {
    expect(isAllowed('(MIT OR GPL-3.0-only)', licences)).toBe(true);
    expect(isAllowed('MIT AND GPL-3.0-only', licences)).toBe(false);
    expect(() => isAllowed('MIT AND (GPL-3.0-only OR ISC)', licences)).toThrow('A person');
  });

  test('of what people install are listed in THIRD-PARTY-LICENSES.md, which is fresh (npm run licenses)', async () => {
    expect(runtimePaths(lock).size).toBeGreaterThan(100);
    expect(readFileSync(listFile, 'utf8')).toBe(await thirdPartyList(lock));
  });
});

describe('install scripts', () => {
  test('are all explained, and at run time only that of SQLite’s driver is run', () => {
    expect(complaintsAboutScripts(lock, manifests[''], installScripts)).toEqual([]);
    const running = runtimeScripts(lock).filter(({ name }) => installScripts[name].runs);
    expect(running).toEqual([{ name: 'better-sqlite3', packages: ['tokenizer-api'] }]);
    expect(manifests['tokenizer-api'].optionalDependencies).toHaveProperty('better-sqlite3');
  });

  test('that are new, or run though nobody said so, are refused', () => {
    const changed = copy();
    changed.packages[some].hasInstallScript = true;
    expect(complaintsAboutScripts(changed, manifests[''], installScripts)).toHaveLength(2);
    const lax = structuredClone(manifests['']);
    lax.allowScripts.nx = true;
    expect(complaintsAboutScripts(lock, lax, installScripts)).toEqual([expect.stringContaining('nx runs')]);
  });
});

describe('an answer of npm audit', () => {
  const advisory = {
    source: 1,
    name: 'qs',
    title: 'Endless loop',
    url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
    severity: 'high',
  };
  const report = JSON.stringify({
    vulnerabilities: { qs: { via: [advisory] }, express: { via: ['qs'] } },
  });
  const exception = { id: 'GHSA-aaaa-bbbb-cccc', package: 'qs', reason: 'not called', expires: '2030-01-31' };
  const before = new Date('2030-01-30');

  test('is clean, or its findings are named once each', () => {
    expect(weighAudit('{"vulnerabilities":{}}', [], before)).toEqual({
      asked: true,
      findings: 0,
      complaints: [],
    });
    expect(weighAudit(report, [], before)).toEqual({
      asked: true,
      findings: 1,
      complaints: ['qs: Endless loop (high, GHSA-aaaa-bbbb-cccc)'],
    });
  });

  test('may be explained, until a day, with a reason, and not in vain', () => {
    const weigh = (change, now = before) => weighAudit(report, [{ ...exception, ...change }], now).complaints;
    expect(weigh({})).toEqual([]);
    expect(weigh({}, new Date('2030-02-01'))).toEqual([expect.stringContaining('has expired')]);
    expect(weigh({ reason: '' })).toEqual([expect.stringContaining('needs a reason')]);
    expect(weigh({ expires: undefined })).toEqual([expect.stringContaining('needs a reason')]);
    expect(weigh({ package: 'express' })).toHaveLength(2);
  });

  test.each([
    ['nothing', ''],
    ['an error page', '<html>'],
    ['a refusal', '{"message":"405 Method Not Allowed","statusCode":405}'],
  ])('that is %s is no answer, and no success', (_, text) => {
    expect(weighAudit(text, [], before)).toEqual({ asked: false, why: expect.any(String) });
    expect(weighSignatures(text)).toMatchObject({ asked: false });
  });

  test('names packages with a wrong signature or none', () => {
    const one = [{ name: 'qs', version: '6.0.0' }];
    expect(weighSignatures(JSON.stringify({ invalid: one, missing: one })).complaints).toHaveLength(2);
    expect(weighSignatures('{"invalid":[],"missing":[]}')).toEqual({ asked: true, complaints: [] });
  });

  test('is explained by exceptions that all have a reason and a day', () => {
    for (const each of readExceptions())
      expect(each).toMatchObject({
        id: expect.stringMatching(/^GHSA-/),
        reason: expect.stringMatching(/../),
        expires: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      });
  });
});

describe('the published hashes of the frames', () => {
  test('are those of the frames that are built from these sources (npm run frame:hashes)', () => {
    expect(publishedHashes()).toEqual(frameHashes());
  });

  test('differ where one file does, is missing, or is one too many', () => {
    const { files } = publishedHashes();
    const { 'element.html': changed, ...others } = files;
    expect(differences(files, files)).toEqual([]);
    expect(differences({ ...files, 'element.html': changed.replace(/.$/, '') }, files)).toEqual([
      'element.html',
    ]);
    expect(differences(others, files)).toEqual(['element.html']);
    expect(differences({ ...files, 'more.js': changed }, files)).toEqual(['more.js']);
  });
});

describe('bills of materials', () => {
  const all = sboms(lock, publishedHashes());

  test('are there for each published package and the frames, and the same each time', () => {
    expect(Object.keys(all)).toEqual([
      ...locks.published.map((name) => `${name}.cdx.json`),
      'frame.cdx.json',
    ]);
    expect(JSON.stringify(sboms(locks.readLock(), publishedHashes()))).toBe(JSON.stringify(all));
    expect(JSON.stringify(all)).not.toMatch(/serialNumber|timestamp/);
  });

  test('have everything that is installed with a package, with its hash, and what needs what', () => {
    const { components, dependencies, metadata } = all['tokenizer-api.cdx.json'];
    const refs = new Set([metadata.component, ...components].map((component) => component['bom-ref']));
    expect(refs.size).toBe(components.length + 1);
    expect(dependencies.map(({ ref }) => ref).sort()).toEqual([...refs].sort());
    for (const { dependsOn } of dependencies) for (const ref of dependsOn) expect(refs.has(ref)).toBe(true);
    for (const { group, hashes } of components)
      if (group !== '@lunasec') expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    expect(components.find(({ name }) => name === 'better-sqlite3').scope).toBe('optional');
    expect(components.find(({ name }) => name === 'express').scope).toBe('required');
  });

  test('have nothing of others for what browsers load', () => {
    expect(all['secure-frame.cdx.json'].components).toEqual([]);
    expect(all['react-sdk.cdx.json'].components.map(({ purl }) => purl)).toEqual([
      expect.stringMatching(/^pkg:npm\/%40lunasec\/secure-frame@/),
    ]);
    expect(new Set(all['frame.cdx.json'].components.map(({ type }) => type))).toEqual(new Set(['file']));
  });
});
