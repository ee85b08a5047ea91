import { useMutation, useQuery } from '@apollo/client/react';
import { createContext, useCallback, useContext, useMemo, type ReactNode } from 'react';
import { storeMutation, valuesQuery, type StoredValue } from './api.js';

/** What this session stored, as the gallery's server knows it: tokens under names. */
export interface StoredValues {
  values: readonly StoredValue[];
  store(tokens: Record<string, string>): Promise<void>;
  /** Asks the server again, which renews the read grants of all these tokens. */
  refresh(): Promise<unknown>;
}

const Values = createContext<StoredValues | null>(null);

export function StoredValuesProvider({ children }: { children: ReactNode }) {
  const { data, refetch } = useQuery(valuesQuery, { fetchPolicy: 'network-only' });
  const [send] = useMutation(storeMutation);

  const store = useCallback(
    async (tokens: Record<string, string>) => {
      const values = Object.entries(tokens).map(([name, token]) => ({ name, token }));
      await send({
        variables: { values },
        update: (cache, { data: stored }) => {
          if (stored) cache.writeQuery({ query: valuesQuery, data: { values: stored.store } });
        },
      });
    },
    [send],
  );
  const known = data?.values;
  const stored = useMemo(
    () => ({ values: known ?? [], store, refresh: () => refetch() }),
    [known, store, refetch],
  );
  return <Values.Provider value={stored}>{children}</Values.Provider>;
}

export function useStoredValues(): StoredValues {
  const values = useContext(Values);
  if (!values) throw new Error('Needs a <StoredValuesProvider> above.');
  return values;
}
