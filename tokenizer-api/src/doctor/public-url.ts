import type { Settings } from '../config/settings.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

const check = 'public URL';
/** Milliseconds. */
const patience = 5000;

/** Whether browsers can reach the tokenizer safely. That nothing answers there yet is no fault. */
export async function checkPublicURL(
  { publicURL }: Settings,
  { isProduction }: { isProduction: boolean },
): Promise<Finding[]> {
  const fix = 'Set publicURL to the https: origin under which browsers reach this tokenizer.';
  if (publicURL === undefined || !publicURL.startsWith('https:')) {
    const message = `${publicURL ?? 'the address that it listens on'} is for browsers of this machine only`;
    return [isProduction ? fault(check, message, fix) : warning(check, message, fix)];
  }
  try {
    const response = await fetch(`${publicURL}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    return [
      response.ok
        ? fine(check, `${publicURL} answers`)
        : fault(
            check,
            `${publicURL}/healthz answers ${response.status}`,
            'Check that the proxy passes every path on to the tokenizer, unchanged.',
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
