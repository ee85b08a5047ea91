/** How long a process may take to answer, in milliseconds, unless it is said otherwise. */
const patience = 120_000;

/**
 * Asks a process over its channel, and waits for the answer: `{ id, …parameters }` there, `{ id, answer }` or `{ id, error }` back.
 * Fails when the process ends.
 */
export function createChannel(child, { within = patience } = {}) {
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, answer, error }) => {
    const asked = waiting.get(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`A process ended with ${code}.`));
  });
  return (parameters = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const timer =
        within === Infinity
          ? undefined
          : setTimeout(() => settle(reject)(new Error(`No answer in ${within / 1000} s.`)), within);
      const settle = (done) => (result) => {
        clearTimeout(timer);
        waiting.delete(id);
        done(result);
      };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      child.send({ id, ...parameters }, (error) => error && settle(reject)(error));
    });
}

/** Asks a process to end; ends it after so many milliseconds. */
export async function stop(child, within) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), within);
  await ended;
  clearTimeout(timer);
}
