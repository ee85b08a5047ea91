/** The details of an audit event; null when there are none, or the database holds something else in their place. */
export function parseDetails(details: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(details ?? 'null');
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown> | null)
      : null;
  } catch {
    return null;
  }
}
