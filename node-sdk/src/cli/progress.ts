/** Where a command shows how far it is. */
export interface ProgressStream {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const width = 30;

/** Shows on a terminal how far long work is; elsewhere nothing. */
export function createProgress(
  stream: ProgressStream,
  what: string,
  now: () => number = Date.now,
): { update(done: number, total: number): void; clear(): void } {
  let shownAt = -Infinity;
  let isShown = false;
  return {
    update(done, total) {
      if (!stream.isTTY || (done < total && now() < shownAt + 100)) return;
      [shownAt, isShown] = [now(), true];
      const part = total === 0 ? 1 : done / total;
      const bar = '█'.repeat(Math.floor(part * width)).padEnd(width, '░');
      stream.write(`\r${bar} ${Math.floor(part * 100)}%  ${done} of ${total} ${what}`);
    },
    clear() {
      if (isShown) stream.write('\r\u001b[K');
      isShown = false;
    },
  };
}
