/** Shows on a terminal how far long work is; elsewhere nothing. */
export function createCounter(what: string): { update(count: number): void; clear(): void } {
  const { stderr } = process;
  let shownAt = 0;
  let isShown = false;
  return {
    update(count) {
      if (!stderr.isTTY || Date.now() < shownAt + 200) return;
      [shownAt, isShown] = [Date.now(), true];
      stderr.write(`\r${count.toLocaleString('en')} ${what} …`);
    },
    clear() {
      if (isShown) stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
