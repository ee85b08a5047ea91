/** Whether the servers answer: `failing` from a call that got none (or 5xx) until the next that does. */
export type Connection = 'ok' | 'failing';

/**
 * The same `fetch`, which tells each change of the connection. What repeats calls can so stay unaware of who watches, and a
 * page can say that its fields are waiting for the network.
 */
export function observeConnection(
  fetch: typeof globalThis.fetch,
  onChange: (connection: Connection) => void,
): typeof globalThis.fetch {
  let connection: Connection = 'ok';
  const enter = (next: Connection) => {
    if (next === connection) return;
    connection = next;
    onChange(next);
  };
  return async (...request) => {
    try {
      const response = await fetch(...request);
      enter(response.status >= 500 ? 'failing' : 'ok');
      return response;
    } catch (error) {
      enter('failing');
      throw error;
    }
  };
}
