/** The licence of everything in the lock file. */
import { installed, nameOf, published, runtimeOf } from './lock.mjs';

/** Whether one may choose a licence of those allowed. SPDX expressions of one kind: `(A OR B)`, `A AND B`. */
export function isAllowed(expression, allowed) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(text) || (text.includes(' OR ') && text.includes(' AND ')))
    throw new Error(`A person has to read this licence: ${expression}`);
  return text.includes(' OR ')
    ? text.split(' OR ').some((one) => allowed.includes(one))
    : text.split(' AND ').every((one) => allowed.includes(one));
}

/** Paths of what comes with a published package, with the packages that it comes with. */
export function runtimePaths(lock) {
  const paths = new Map();
  for (const name of published)
    for (const path of runtimeOf(lock, name).keys())
      if (path.includes('node_modules/')) paths.set(path, [...(paths.get(path) ?? []), name]);
  return paths;
}

/** In place of the licence of a manifest that has none. */
export const unsaid = 'not said';

/** Everything whose licence is neither allowed nor explained, and explanations of nothing. */
export function complaintsAboutLicences(lock, { licences, licenceExceptions }) {
  const runtime = runtimePaths(lock);
  const unused = new Set(
    Object.entries(licenceExceptions).flatMap(([licence, names]) =>
      Object.keys(names).map((name) => `${licence} ${name}`),
    ),
  );
  const complaints = [];
  for (const [path, entry] of installed(lock)) {
    const name = nameOf(path, entry);
    const said = typeof entry.license === 'string' ? entry.license : unsaid;
    if (said === unsaid || !isAllowed(said, licences)) {
      const explained = Object.keys(licenceExceptions[said] ?? {}).find(
        // The builds for platforms are packages of their own.
        (known) => name === known || name.startsWith(`${known}-`),
      );
      if (!explained)
        complaints.push(
          said === unsaid ? `${path} does not say its licence` : `${path} has the licence ${said}`,
        );
      else if (runtime.has(path))
        complaints.push(`${path} (${said}) is installed with ${runtime.get(path).join(', ')}`);
      unused.delete(`${said} ${explained}`);
    }
  }
  return [...complaints, ...[...unused].map((what) => `${what} is explained, but not there`)];
}
