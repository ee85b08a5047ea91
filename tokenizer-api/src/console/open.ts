import type { HttpLogger } from 'pino-http';
import type { Settings } from '../config/settings.js';
import type { PublishedHashes } from '../http/frame-files.js';
import type { CheckParts } from '../http/health.js';
import type { Patience } from '../http/patience.js';
import type { Audit } from '../services/audit.js';
import type { ReportFailure } from '../services/problems.js';
import type { KeyIds } from '../stores/key-provider/port.js';
import type { TokenStore, Usage } from '../stores/token-store/port.js';
import { readFacts } from './facts.js';
import { createConsoleReads } from './reads.js';
import type { Overview } from './reads.js';
import { startConsole } from './server.js';
import type { ConsoleServer } from './server.js';
import { createAuditVerifier } from './verification.js';

/** What the console knows of the tokenizer that serves it. */
export interface ConsoleParts {
  settings: Settings;
  store: TokenStore;
  publishedHashes: PublishedHashes;
  usageOf: (applicationId: string) => Usage | undefined;
  keyIds: () => Promise<KeyIds>;
  /** The secret that the audit's chains are made with. */
  openKey: () => Promise<Uint8Array>;
  checkParts: CheckParts;
  load: () => Pick<Overview, 'isOverloaded' | 'inFlight'>;
  audit: Pick<Audit, 'recordOwn' | 'recordRefusal'>;
  requestLog: HttpLogger;
  report: ReportFailure;
  patience: Patience;
  now: () => Date;
}

/** Serves the console of a tokenizer. */
export async function openConsole(
  console: NonNullable<Settings['console']>,
  {
    settings,
    store,
    publishedHashes,
    usageOf,
    keyIds,
    openKey,
    checkParts,
    load,
    now,
    report,
    ...parts
  }: ConsoleParts,
): Promise<ConsoleServer> {
  return startConsole({
    console,
    consoleLogin: settings.consoleLogin,
    dataDirectory: settings.dataDirectory,
    reads: createConsoleReads({
      store,
      applications: settings.applications,
      usageOf,
      keyIds,
      checkParts,
      load,
      facts: await readFacts(settings, publishedHashes, now),
      now,
    }),
    verifier: createAuditVerifier({ store, openKey, now, report }),
    report,
    now,
    ...parts,
  });
}
