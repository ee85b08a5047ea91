/** What a measure opens, to be closed in the opposite order, whatever happens. */
export async function withOpened(run) {
  const closing = [];
  const opened = (close) => void closing.push(close);
  try {
    return await run(opened);
  } finally {
    while (closing.length > 0) await closing.pop()();
  }
}
