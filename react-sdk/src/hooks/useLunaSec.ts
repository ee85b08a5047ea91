import { useSyncExternalStore } from 'react';
import { connecting } from '../core/page.js';
import type { Connection, Session } from '../core/index.js';
import { usePage } from '../provider/context.js';

export interface LunaSec {
  session: Session;
  /** `failing` while calls of the secure fields get no answer: they are repeated for some time, and what was typed stays. */
  connection: Connection;
  /** Makes a session anew: call it after a login or logout that did not load the page. */
  renew(): void;
}

/** The session of this page with the tokenizer. */
export function useLunaSec(): LunaSec {
  const page = usePage();
  const session = useSyncExternalStore(page.subscribe, page.session, () => connecting);
  const connection = useSyncExternalStore(page.subscribe, page.connection, () => 'ok' as const);
  return { session, connection, renew: page.renew };
}
