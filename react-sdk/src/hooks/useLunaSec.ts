import { useSyncExternalStore } from 'react';
import { connecting } from '../core/page.js';
import type { Session } from '../core/index.js';
import { usePage } from '../provider/context.js';

export interface LunaSec {
  session: Session;
  /** Makes a session anew: call it after a login or logout that did not load the page. */
  renew(): void;
}

/** The session of this page with the tokenizer. */
export function useLunaSec(): LunaSec {
  const page = usePage();
  const session = useSyncExternalStore(page.subscribe, page.session, () => connecting);
  return { session, renew: page.renew };
}
