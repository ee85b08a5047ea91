import { types } from 'node:util';

/** What a check found out. */
export interface Finding {
  /** The subject, such as `database` or `cors`. */
  check: string;
  /** `warning`: it works, but not as well or as safely as it could. */
  status: 'ok' | 'warning' | 'error';
  message: string;
  /** What to do about it. Null when it is fine. */
  fix: string | null;
}

export const fine = (check: string, message: string): Finding => ({
  check,
  status: 'ok',
  message,
  fix: null,
});
export const warning = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'warning',
  message,
  fix,
});
export const fault = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'error',
  message,
  fix,
});

/** Why something failed, in one line, without user names, passwords and queries of URLs. */
export function reasonOf(error: unknown): string {
  const { code, message } = innermost(error);
  const text = message
    .split('\n', 1)[0]!
    .replaceAll(/\/\/[^/@\s]*@/g, '//')
    .replaceAll(/\?[^\s"']*/g, '');
  return code === undefined || text.includes(code) ? text : `${code}: ${text}`;
}

/** `fetch failed` and its like say nothing; their cause does. */
function innermost(error: unknown, depth = 0): { code?: string; message: string } {
  if (!types.isNativeError(error)) return { message: String(error) };
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  const inner = cause ?? errors?.[0];
  if (types.isNativeError(inner) && depth < 5) return innermost(inner, depth + 1);
  return { ...(typeof code === 'string' ? { code } : {}), message: error.message || error.name };
}
