import type { VerifyAssertion } from './auth/assertion.js';
import type { Audit } from './services/audit.js';
import { createDeletion } from './services/deletion.js';
import { createDetokenization } from './services/detokenization.js';
import { createOpenToken } from './services/downloads.js';
import { createGrants } from './services/grants.js';
import type { ReportFailure } from './services/problems.js';
import type { Quotas } from './services/quotas.js';
import { createServerDetokenization } from './services/server-detokenization.js';
import { createSessions } from './services/sessions.js';
import { createTokenization } from './services/tokenization.js';
import { createTokens } from './services/tokens.js';
import { createUploads } from './services/uploads.js';
import type { Stores } from './stores.js';

/** What the GraphQL API does its work with, over these stores. */
export function createServices({
  stores: { tokens: store, objects, keys },
  verifyAssertion,
  audit,
  quotas,
  now,
  report,
}: {
  stores: Pick<Stores, 'tokens' | 'objects' | 'keys'>;
  verifyAssertion: VerifyAssertion;
  audit: Audit;
  quotas: Quotas;
  now: () => Date;
  report: ReportFailure;
}) {
  const open = createOpenToken({ objects, keys, report });
  return {
    sessions: createSessions({ store, verifyAssertion, audit, now }),
    tokenize: createTokenization({ store, objects, keys, quotas, audit, now, report }),
    uploads: createUploads({ store, objects, audit, now, report }),
    detokenize: createDetokenization({ store, open, audit, now }),
    serverDetokenize: createServerDetokenization({ store, open, audit }),
    grants: createGrants({ store, objects, audit, now }),
    deleteTokens: createDeletion({ store, objects, audit, now, report }),
    tokens: createTokens({ store, audit, now }),
  };
}
