/** How far an operation is, besides `done`: the place in its program, then what it has read. */
export type Local = readonly (string | number | boolean | null | object)[];
export const done = 'done';
export const begun: Local = ['begin'];

/**
 * The atomic steps of one operation whose answer is known: the states, with how far the operation is then, that one step
 * can lead to. A step that would lead to another answer leads nowhere.
 */
export type Program<State> = (
  state: State,
  local: Local,
  clock: number,
) => readonly (readonly [State, Local | typeof done])[];

export interface Operation<State> {
  id: number;
  invoked: number;
  responded: number;
  program: Program<State>;
}

/** A way in which things may have gone: what the state is, and how far each operation under way. */
interface Way<State> {
  state: State;
  locals: Readonly<Record<number, Local | typeof done>>;
}

export interface Verdict {
  /** Undefined: there is an order that explains all answers. Else the operation whose answer none explains. */
  unexplained: number | undefined;
  /** Ways that were looked at. */
  ways: number;
}

/**
 * Whether operations that overlap can be explained by some order of their steps that agrees with real time: each step
 * happens between the call and the answer of its operation. All ways that are possible are carried along at once, and
 * those in which an operation has not ended with its answer are dropped at its answer ("just-in-time linearization" of
 * G. Lowe, Testing for Linearizability, 2017, which remembers configurations as J. Wing and C. Gong's search does).
 */
export function explain<State>(
  initial: State,
  start: number,
  operations: readonly Operation<State>[],
  advances: readonly { at: number; to: number }[],
): Verdict {
  const events = [
    ...operations.flatMap((it) => [
      { at: it.invoked, invoked: it },
      { at: it.responded, responded: it },
    ]),
    ...advances.map(({ at, to }) => ({ at, clock: to })),
  ].sort((one, other) => one.at - other.at) as {
    at: number;
    invoked?: Operation<State>;
    responded?: Operation<State>;
    clock?: number;
  }[];
  const underWay = new Map<number, Operation<State>>();
  let ways: Way<State>[] = [{ state: initial, locals: {} }];
  let clock = start;
  let looked = 0;

  /** Everything that steps, any number of them, can lead to. */
  function close(): void {
    const known = new Map<string, Way<State>>();
    const open = [...ways];
    while (open.length > 0) {
      const way = open.pop()!;
      const key = keyOf(way);
      if (known.has(key)) continue;
      known.set(key, way);
      for (const { id, program } of underWay.values()) {
        const local = way.locals[id]!;
        if (local === done) continue;
        for (const [state, next] of program(way.state, local, clock))
          open.push({ state, locals: { ...way.locals, [id]: next } });
      }
    }
    ways = [...known.values()];
    looked += known.size;
  }

  for (const event of events) {
    if (event.invoked) {
      const { id } = event.invoked;
      underWay.set(id, event.invoked);
      ways = ways.map(({ state, locals }) => ({ state, locals: { ...locals, [id]: begun } }));
      continue;
    }
    close();
    if (event.clock !== undefined) {
      clock = event.clock;
      continue;
    }
    const { id } = event.responded!;
    underWay.delete(id);
    ways = ways
      .filter(({ locals }) => locals[id] === done)
      .map(({ state, locals: { [id]: _, ...locals } }) => ({ state, locals }));
    if (ways.length === 0) return { unexplained: id, ways: looked };
  }
  return { unexplained: undefined, ways: looked };
}

const keyOf = <State>({ state, locals }: Way<State>): string => JSON.stringify([state, locals]);
