import { useSyncExternalStore } from 'react';

/** What the page shows: kept in the address, so that a reload and the back button do what people expect. */
export type Route =
  { page: 'patients'; id?: string } | { page: 'new' } | { page: 'edit'; id: string } | { page: 'audit' };

export const hrefOf = {
  patients: '#/',
  patient: (id: string) => `#/patients/${encodeURIComponent(id)}`,
  edit: (id: string) => `#/patients/${encodeURIComponent(id)}/edit`,
  new: '#/new',
  audit: '#/audit',
};

export function readRoute(hash: string): Route {
  const [first, id, last] = hash.replace(/^#\//, '').split('/').map(decode);
  if (first === 'audit') return { page: 'audit' };
  if (first === 'new') return { page: 'new' };
  if (first === 'patients' && id) return last === 'edit' ? { page: 'edit', id } : { page: 'patients', id };
  return { page: 'patients' };
}

export const go = (href: string): void => void (location.hash = href);

export const useRoute = (): Route => readRoute(useSyncExternalStore(subscribe, () => location.hash));

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
