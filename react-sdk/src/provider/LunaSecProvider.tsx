import { useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { createPage } from '../core/index.js';
import type { PageOptions } from '../core/index.js';
import { useIsomorphicLayoutEffect } from '../elements/useLatest.js';
import { PageContext } from './context.js';

export interface LunaSecProviderProps extends PageOptions {
  /**
   * Asks the app's server for its data again, which renews the read grants of the tokens in it. Makes `onError` of an element
   * whose grant is missing or ran out give a `refresh`; it runs once for all elements that failed at about the same time.
   */
  refresh?: (() => unknown) | undefined;
  children?: ReactNode;
}

/**
 * Connects the secure elements below it with the tokenizer: mounts the one hidden frame that holds the session. Give it a
 * `key` with the user's id if users change without a page load, or call `renew` of {@link useLunaSec}.
 */
export function LunaSecProvider({
  applicationId,
  tokenizerURL,
  appPath,
  refresh,
  children,
}: LunaSecProviderProps) {
  const page = useMemo(
    () => createPage({ applicationId, tokenizerURL, appPath }),
    [applicationId, tokenizerURL, appPath],
  );
  useEffect(() => page.setRefresh(refresh), [page, refresh]);
  // Before the first paint: the rules for states that it adds, such as `:required`, may give a field another size.
  useIsomorphicLayoutEffect(() => page.start(document), [page]);
  return <PageContext.Provider value={page}>{children}</PageContext.Provider>;
}
