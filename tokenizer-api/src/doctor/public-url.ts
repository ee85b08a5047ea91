import { readBounded } from '../bounded-body.js';
import type { Settings } from '../config/settings.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

const check = 'public URL';
/** Milliseconds. */
const patience = 5000;
/** Bytes: a larger answer is none to what is asked. */
const maxSize = 1024;

/** Whether browsers can reach the tokenizer safely. That nothing answers there yet is no fault. */
export async function checkPublicURL(
  { publicURL }: Settings,
  { isProduction, fetch = globalThis.fetch }: { isProduction: boolean; fetch?: typeof globalThis.fetch },
): Promise<Finding[]> {
  const fix = 'Set publicURL to the https: origin under which browsers reach this tokenizer.';
  if (publicURL === undefined || !publicURL.startsWith('https:')) {
    const message = `${publicURL ?? 'the address that it listens on'} is for browsers of this machine only`;
    return [isProduction ? fault(check, message, fix) : warning(check, message, fix)];
  }
  try {
    return [
      (await answersGraphQL(publicURL, fetch))
        ? fine(check, `${publicURL} answers`)
        : fault(
            check,
            `${publicURL}/graphql does not answer as a tokenizer does`,
            'Check that the proxy passes /graphql and /frame on to the tokenizer, unchanged; /objects too where objects are on disk.',
          ),
    ];
  } catch (error) {
    const reason = reasonOf(error);
    return [
      /cert|ssl|tls|self.signed/i.test(reason)
        ? fault(
            check,
            `no safe connection to ${publicURL} (${reason})`,
            'Check its certificate and who ends TLS: browsers would refuse it too.',
          )
        : warning(
            check,
            `nothing answers at ${publicURL} (${reason})`,
            'Fine before the first start; then check DNS, load balancer and firewall.',
          ),
    ];
  }
}

/** Not its health, which is not for everybody. */
async function answersGraphQL(publicURL: string, fetch: typeof globalThis.fetch): Promise<boolean> {
  const response = await fetch(`${publicURL}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
  if (!response.ok) {
    await response.body?.cancel();
    return false;
  }
  const answer = await readBounded(response, maxSize);
  return answer?.toString('utf8').replace(/\s/g, '') === '{"data":{"__typename":"Query"}}';
}
