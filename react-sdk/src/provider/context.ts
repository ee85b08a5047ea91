import { createContext, useContext } from 'react';
import type { Page } from '../core/index.js';

export const PageContext = /*#__PURE__*/ createContext<Page | null>(null);

/** The page of the nearest provider. Throws if there is none. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('Secure elements and hooks need a <LunaSecProvider> above them.');
  return page;
}
