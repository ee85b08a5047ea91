import { frameDirectory, frameHashesFile } from '@lunasec/secure-frame/files';
import { readBounded } from '../bounded-body.js';
import { hashOf, readFrameFiles, readPublishedHashes } from '../http/frame-files.js';
import type { PublishedHashes } from '../http/frame-files.js';
import { inlineScriptsOf, originsPlaceholder } from '../http/frames.js';
import { integrityPolicy, scriptSources } from '../http/security-headers.js';
import { fault, fine, reasonOf } from './finding.js';
import type { Finding } from './finding.js';

const check = 'frames';
/** Milliseconds for one file. */
const patience = 5000;
/** Bytes; the largest frame file has about 40 kB. */
const maxSize = 1_048_576;

/** Whether the frames that are installed here are the published ones. A tokenizer does not start with others. */
export async function checkInstalledFrames(): Promise<Finding> {
  try {
    const hashes = await readPublishedHashes(frameHashesFile);
    const files = await readFrameFiles(frameDirectory, hashes);
    return fine(check, `the ${files.size} files are those published with ${nameOf(hashes)}`);
  } catch (error) {
    return fault(check, reasonOf(error), 'Install @lunasec/secure-frame again. Do not serve these.');
  }
}

/** Whether what a running tokenizer serves, as seen from here, is what was published with the version installed here. */
export async function checkServedFrames(url: string, application: string): Promise<Finding> {
  const hashes = await readPublishedHashes(frameHashesFile);
  const differences: string[] = [];
  for (const path of Object.keys(hashes.files))
    try {
      differences.push(...(await differencesOf({ url, application, path, hash: hashes.files[path]! })));
    } catch (error) {
      differences.push(`${path} cannot be had (${reasonOf(error)})`);
    }
  return differences.length === 0
    ? fine(check, `${url} serves ${nameOf(hashes)}, every byte of it`)
    : fault(
        check,
        `${url} does not serve ${nameOf(hashes)}: ${differences.join('; ')}`,
        'If it runs another version, compare with that. Else find out who changes it on the way, or on the server, and tell nobody to type.',
      );
}

const nameOf = ({ package: name, version }: PublishedHashes) => `${name} ${version}`;

async function differencesOf({
  url,
  application,
  path,
  hash,
}: {
  url: string;
  application: string;
  path: string;
  hash: string;
}): Promise<string[]> {
  const page = /^(\w+)\.html$/.exec(path)?.[1];
  const address = page ? `${page}?application=${encodeURIComponent(application)}` : path;
  const response = await fetch(`${url}/frame/${address}`, {
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  });
  const content = await readBounded(response, maxSize);
  if (!content) throw new Error('larger than any of them');
  if (!response.ok) return [`${path} answers ${response.status}`];
  if (!page) return hashOf(content) === hash ? [] : [`${path} is another`];
  // The one thing that a tokenizer writes into a page: whom it answers to.
  const html = content
    .toString()
    .replace(/(<meta name="lunasec-origins" content=")[^"]*"/, `$1${originsPlaceholder}"`);
  const policy = response.headers.get('content-security-policy')?.split('; ') ?? [];
  const wanted = [
    "default-src 'none'",
    scriptSources(inlineScriptsOf(html)),
    "require-trusted-types-for 'script'",
  ];
  return [
    ...(hashOf(html) === hash ? [] : [`${path} is another`]),
    ...(wanted.every((directive) => policy.includes(directive)) &&
    response.headers.get('integrity-policy') === integrityPolicy
      ? []
      : [`${path} comes without its policy`]),
  ];
}
