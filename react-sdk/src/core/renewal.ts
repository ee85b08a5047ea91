import type { Problem } from '@lunasec/secure-frame/protocol';
import type { ProblemHelp } from './element.js';
import type { Page } from './page.js';

/** Whether a new read grant may help an element that shows a token, and how it gets one. */
export interface Renewal {
  /** The token is asked for, or asked for again. */
  asked(): void;
  /** It is shown, or it is another one: a failure from now on is the first. */
  reset(): void;
  helpFor(problem: Problem): ProblemHelp;
}

export function createRenewal(
  page: Pick<Page, 'canRefresh' | 'renewGrants'>,
  frame: HTMLIFrameElement,
  showAgain: () => void,
): Renewal {
  let askedAt = 0;
  /** Whether the grant was renewed already, without success so far. */
  let renewed = false;
  const asked = () => {
    askedAt = performance.now();
  };

  async function refresh(): Promise<void> {
    renewed = true;
    await page.renewGrants(askedAt);
    asked();
    if (frame.isConnected) showAgain();
  }

  return {
    asked,
    reset() {
      renewed = false;
    },
    helpFor({ code }) {
      const isGrant = code === 'READ_GRANT_MISSING' || code === 'GRANT_EXPIRED';
      return { refresh: isGrant && !renewed && page.canRefresh() ? refresh : undefined };
    },
  };
}
