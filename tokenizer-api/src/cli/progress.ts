import cliProgress from 'cli-progress';

/** Shows how far long work is: a bar on a terminal, elsewhere a line for every tenth. On stderr. */
export function createProgress(what: string): { update(done: number, total: number): void; stop(): void } {
  return process.stderr.isTTY ? createBar(what) : createLines(what);
}

function createBar(what: string) {
  const bar = new cliProgress.SingleBar({
    format: `{bar} {percentage}%  {value} of {total} ${what}, {eta_formatted} to go`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    etaBuffer: 50,
  });
  let isStarted = false;
  return {
    update(done: number, total: number) {
      if (!isStarted) bar.start(total, done);
      isStarted = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

function createLines(what: string) {
  let tenth = 0;
  return {
    update(done: number, total: number) {
      const reached = total === 0 ? 0 : Math.floor((10 * done) / total);
      if (reached <= tenth) return;
      tenth = reached;
      console.error(`${tenth * 10}%  ${done} of ${total} ${what}`);
    },
    stop: () => undefined,
  };
}
