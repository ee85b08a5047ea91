/** Which packages want to run something when they are installed. */
import { runtimePaths } from './licences.mjs';
import { installed, nameOf } from './lock.mjs';

export const withInstallScript = (lock) =>
  installed(lock)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path, entry]) => ({ path, name: nameOf(path, entry) }));

/** Install scripts that are not explained, or run though they need not, or for people who install what is published here. */
export function complaintsAboutScripts(lock, { allowScripts = {} }, explained) {
  const complaints = [];
  const names = new Set(withInstallScript(lock).map(({ name }) => name));
  for (const name of names) {
    if (!explained[name]) complaints.push(`the install script of ${name} is not explained`);
    if (allowScripts[name] === undefined)
      complaints.push(`allowScripts does not say whether that of ${name} runs`);
    else if (explained[name] && allowScripts[name] !== explained[name].runs)
      complaints.push(
        `allowScripts says that the install script of ${name} ${allowScripts[name] ? 'runs' : 'does not run'}`,
      );
  }
  for (const name of new Set([...Object.keys(explained), ...Object.keys(allowScripts)]))
    if (!names.has(name)) complaints.push(`${name} has no install script (any more)`);
  return complaints;
}

/** Install scripts of what comes with a published package. */
export function runtimeScripts(lock) {
  const runtime = runtimePaths(lock);
  return withInstallScript(lock)
    .filter(({ path }) => runtime.has(path))
    .map(({ path, name }) => ({ name, packages: runtime.get(path) }));
}
