/** What the registry knows against the packages of the lock file: vulnerabilities, and missing or wrong signatures. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';

/** `[{ id: 'GHSA-…', package, reason, expires: 'YYYY-MM-DD' }]`: advisories that do not hit this repository, until a date. */
export const readExceptions = () =>
  JSON.parse(readFileSync(join(root, 'scripts/supply-chain/audit-exceptions.json'), 'utf8'));

/**
 * An answer of `npm audit --json`, weighed: `{ asked: false, why }` if there is none, which says nothing about the packages; else
 * `{ asked: true, findings, complaints }`.
 */
export function weighAudit(text, exceptions, now) {
  const report = parse(text);
  if (!report?.vulnerabilities) return { asked: false, why: reasonOf(report) };
  const findings = new Map();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const advisory of via)
      // A name instead of an advisory: this one is vulnerable by another, which has its own entry.
      if (typeof advisory === 'object')
        findings.set(`${advisory.url} ${advisory.name}`, {
          id: advisory.url?.replace(/^.*\//, '') ?? String(advisory.source),
          package: advisory.name,
          severity: advisory.severity,
          title: advisory.title,
        });
  const matches = (exception) => (finding) =>
    finding.id === exception.id && finding.package === exception.package;
  const complaints = [];
  for (const exception of exceptions) {
    if (!exception.reason || !/^\d{4}-\d\d-\d\d$/.test(exception.expires ?? ''))
      complaints.push(`the exception for ${exception.id} needs a reason and the day on which it expires`);
    else if (new Date(exception.expires) <= now)
      complaints.push(`the exception for ${exception.id} has expired`);
    if (![...findings.values()].some(matches(exception)))
      complaints.push(`there is nothing for the exception ${exception.id} to explain`);
  }
  for (const finding of findings.values())
    if (!exceptions.some((exception) => matches(exception)(finding)))
      complaints.push(`${finding.package}: ${finding.title} (${finding.severity}, ${finding.id})`);
  return { asked: true, findings: findings.size, complaints };
}

/** Likewise an answer of `npm audit signatures --json`. */
export function weighSignatures(text) {
  const report = parse(text);
  if (!Array.isArray(report?.invalid) || !Array.isArray(report?.missing))
    return { asked: false, why: reasonOf(report) };
  return {
    asked: true,
    complaints: [
      ...report.invalid.map(({ name, version }) => `the signature of ${name} ${version} is wrong`),
      ...report.missing.map(({ name, version }) => `${name} ${version} has no signature`),
    ],
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const reasonOf = (report) =>
  report?.error?.summary?.split('\n', 1)[0] ||
  report?.message ||
  report?.error?.code ||
  'there was no answer';

/** What an npm command prints, also where it fails. Few tries: where the registry is not to be had, that is soon clear. */
const npm = (...args) =>
  new Promise((resolve) => {
    const options = { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 180_000 };
    execFile(
      'npm',
      [...args, '--json', '--fetch-retries=1', '--fetch-timeout=20000'],
      options,
      (_error, stdout) => resolve(stdout),
    );
  });

export const askAudit = async (now = new Date()) => weighAudit(await npm('audit'), readExceptions(), now);
export const askSignatures = async () => weighSignatures(await npm('audit', 'signatures'));
