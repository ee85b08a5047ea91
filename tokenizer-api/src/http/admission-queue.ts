/**
 * Takes up requests in the order they arrived, a little in each turn of the event loop. Node accepts one new connection in a
 * turn: were all that is there taken up at once, turns would grow with the crowd, and who is not connected yet would wait for
 * as many of them as there are connections in the queue.
 */
export interface AdmissionQueue {
  /** Takes up a request now, or when its turn has come. */
  admit(takeUp: () => void): void;
  /** How long the request has waited whose turn is next, or has just come, in milliseconds. */
  delay(): number;
}

/** How long requests are taken up in a turn, in milliseconds. What is done for them later comes on top of it. */
const share = 2;

export function createAdmissionQueue(): AdmissionQueue {
  const waiting: { since: number; takeUp: () => void }[] = [];
  /** When requests began to be taken up in this turn; undefined before the first. */
  let began: number | undefined;

  function beginTurn(): void {
    began = performance.now();
    setImmediate(endTurn);
  }
  function endTurn(): void {
    began = undefined;
    if (waiting.length === 0) return;
    beginTurn();
    do {
      // Stays the next while it is taken up: so long it has waited.
      waiting[0]!.takeUp();
      waiting.shift();
    } while (waiting.length > 0 && hasTime());
  }
  const hasTime = () => performance.now() - began! < share;

  return {
    admit(takeUp) {
      if (began === undefined) beginTurn();
      if (waiting.length === 0 && hasTime()) takeUp();
      else waiting.push({ since: performance.now(), takeUp });
    },
    delay: () => (waiting.length === 0 ? 0 : performance.now() - waiting[0]!.since),
  };
}
