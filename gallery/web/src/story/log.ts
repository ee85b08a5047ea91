import { useCallback, useMemo, useState } from 'react';

/** One thing that the page learned. */
export interface LogEntry {
  id: number;
  at: string;
  event: string;
  detail: string;
}

const maxEntries = 60;

/** The newest first. */
export function useLog() {
  const [entries, setEntries] = useState<readonly LogEntry[]>([]);
  const say = useCallback((event: string, detail?: unknown) => {
    const at = new Date().toLocaleTimeString('en-GB');
    const shown = detail === undefined ? '' : typeof detail === 'string' ? detail : JSON.stringify(detail);
    setEntries((before) =>
      [{ id: (before[0]?.id ?? 0) + 1, at, event, detail: shown }, ...before].slice(0, maxEntries),
    );
  }, []);
  const clear = useCallback(() => setEntries([]), []);
  return useMemo(() => ({ entries, say, clear }), [entries, say, clear]);
}
