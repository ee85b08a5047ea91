import { useSyncExternalStore } from 'react';

const subscribe = (changed: () => void) => {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
};

/** The part of the address after `#/`. */
export const useRoute = () => useSyncExternalStore(subscribe, () => location.hash.replace(/^#\/?/, ''));
