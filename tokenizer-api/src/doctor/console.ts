import type { Settings } from '../config/settings.js';
import { createOIDC } from '../console/oidc.js';
import { originAt } from '../http/listen.js';
import { fault, fine, reasonOf } from './finding.js';
import type { Finding } from './finding.js';

const check = 'console';

/** Whether operators can sign in to the console, where there is one. */
export async function checkConsole({ console: it, consoleLogin }: Settings): Promise<Finding[]> {
  if (!it) return [];
  if (consoleLogin.kind === 'link') return [fine(check, 'operators sign in by links that are made here')];
  const { issuer } = consoleLogin;
  const url = it.publicURL ?? originAt(it.host, it.port);
  try {
    await createOIDC(consoleLogin, `${url}/login/callback`).begin();
    return [fine(check, `operators sign in at ${issuer.origin}, which answers`)];
  } catch (error) {
    return [
      fault(
        check,
        `the OpenID provider ${issuer.origin} cannot be used: ${reasonOf(error)}`,
        'Check consoleLogin.issuer: it must be as the provider writes it, and answer this machine.',
      ),
    ];
  }
}
