import { AsyncLocalStorage } from 'node:async_hooks';

/** A call under way. */
interface Activity {
  salt: number;
  gates: number;
  /** Gates at which it waits. */
  held: number;
  heldCommands: number;
  /** Port calls that were let go and have not ended. */
  running: number;
  /** Commands of the database that were let go and have not ended. */
  commands: number;
  isOver: boolean;
  onChange: () => void;
}

interface Waiting {
  due: number;
  activity: Activity;
  go: () => void;
}

/** Something that one actor does. */
export interface Task {
  actor: number;
  /** Time, in the scheduler's own units, from the start of the task before in the list. */
  gap: number;
  /** Makes this task's delays, so that they stay the same when other tasks are left out. */
  salt: number;
  /** Undefined: it cannot be done any more and is left out. */
  start: () => Promise<void> | undefined;
  /** Waits until nothing is under way, and nothing begins until it is done. */
  isBarrier?: () => boolean;
}

export interface Scheduler {
  run(tasks: readonly Task[]): Promise<void>;
  /** Holds whoever comes, for as long as chance will have it. What belongs to no task goes on at once. */
  gate(): Promise<void>;
  /** Holds a call before and after. */
  held<T>(call: () => Promise<T>): Promise<T>;
  /** Held from inside a port call: a command that is sent to the database. */
  command(): Promise<void>;
  commandDone(): void;
  /** How often it went on with one of several that were waiting. */
  choices(): number;
}

/** Longest time that one step may take, in milliseconds: then something hangs. */
const patience = 20_000;

/**
 * Decides in which order calls that are under way at the same time reach the stores. Whatever is at a gate waits; one
 * waiter at a time is let go, by delays that come from a seed, and goes on to its next gate or its end before another
 * one is. So a seed repeats the interleaving, and every interleaving has a seed. Now and then several are let go at
 * once: what the database makes of that is up to it.
 */
export function createScheduler(): Scheduler & { seed(seed: number): void } {
  const current = new AsyncLocalStorage<Activity>();
  let seed = 0;
  let now = 0;
  let waiting: Waiting[] = [];
  let choices = 0;

  /** A number from 0 to 1 that depends on nothing but the seed, the task and how many gates it has passed. */
  function chance({ salt, gates }: Pick<Activity, 'salt' | 'gates'>): number {
    let hash = (seed ^ Math.imul(salt, 0x9e3779b1) ^ Math.imul(gates, 0x85ebca6b)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }

  function delay(activity: Activity): number {
    activity.gates++;
    const [kind, length] = [chance(activity), chance({ ...activity, gates: -activity.gates })];
    return length * (kind < 0.5 ? 3 : kind < 0.85 ? 20 : 80);
  }

  async function wait(activity: Activity, kind: 'held' | 'heldCommands'): Promise<void> {
    await new Promise<void>((resolve) => {
      activity[kind]++;
      const go = () => {
        activity[kind]--;
        resolve();
      };
      waiting.push({ due: now + delay(activity), activity, go });
      activity.onChange();
    });
  }

  const isQuiet = ({ isOver, held, heldCommands, running, commands }: Activity) =>
    isOver || (held + heldCommands > 0 && commands === 0 && (running === 0 || heldCommands > 0));

  /** Until it has come to its next gate, or its end. */
  async function settle(activity: Activity): Promise<void> {
    const deadline = Date.now() + patience;
    for (;;) {
      if (isQuiet(activity)) {
        // Siblings of what is held may arrive in the same turn.
        await new Promise(setImmediate);
        if (isQuiet(activity)) return;
      }
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        activity.onChange = resolve;
        timer = setTimeout(resolve, patience);
      });
      clearTimeout(timer);
      if (Date.now() > deadline && !isQuiet(activity)) throw new Error('A call neither ends nor waits.');
    }
  }

  async function run(tasks: readonly Task[]): Promise<void> {
    [now, waiting] = [0, []];
    let planned = 0;
    let turn = 0;
    const queues = new Map<number, (Task & { due: number })[]>();
    for (const task of tasks) {
      planned += task.gap;
      queues.set(task.actor, [...(queues.get(task.actor) ?? []), { ...task, due: planned }]);
    }
    const busy = new Set<number>();
    const failures: unknown[] = [];
    let underWay = 0;

    function begin(task: Task): Activity | undefined {
      const activity: Activity = {
        salt: task.salt,
        gates: 0,
        held: 0,
        heldCommands: 0,
        running: 0,
        commands: 0,
        isOver: false,
        onChange: () => undefined,
      };
      const done = current.run(activity, task.start);
      if (!done) return undefined;
      busy.add(task.actor);
      underWay++;
      void done
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          busy.delete(task.actor);
          underWay--;
          activity.isOver = true;
          activity.onChange();
        });
      return activity;
    }

    for (;;) {
      const [next] = [...queues.entries()]
        .filter(([actor, queue]) => queue.length > 0 && !busy.has(actor))
        .map(([, queue]) => queue[0]!)
        .sort((one, other) => one.due - other.due);
      waiting.sort((one, other) => one.due - other.due);
      const first = waiting[0];
      if (!next && !first) {
        if (underWay === 0) break;
        throw new Error('What is under way waits for nothing that is known.');
      }
      if (waiting.length + (next ? 1 : 0) > 1) choices++;

      const isHeldUp = next?.isBarrier?.() === true && underWay > 0;
      if (next && (!first || (next.due <= first.due && !isHeldUp))) {
        queues.get(next.actor)!.shift();
        now = Math.max(now, next.due);
        const activity = begin(next);
        if (activity) await settle(activity);
      } else if (first) {
        now = Math.max(now, first.due);
        const together = chance({ salt: turn++, gates: 1 }) < 0.08 ? 3 : 1;
        const freed = waiting.splice(0, together);
        for (const { go } of freed) go();
        for (const { activity } of freed) await settle(activity);
      }
      if (failures.length > 0) break;
    }
    // Nobody may be left behind at a gate.
    while (underWay > 0) {
      for (const { go } of waiting.splice(0)) go();
      await new Promise(setImmediate);
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    run,
    seed(value) {
      seed = value;
    },
    async gate() {
      const activity = current.getStore();
      if (activity && !activity.isOver) await wait(activity, 'held');
    },
    async held(call) {
      const activity = current.getStore();
      if (!activity || activity.isOver) return call();
      await wait(activity, 'held');
      activity.running++;
      try {
        return await call();
      } finally {
        activity.running--;
        activity.commands = 0;
        await wait(activity, 'held');
      }
    },
    async command() {
      const activity = current.getStore();
      if (!activity || activity.isOver || activity.running === 0) return;
      await wait(activity, 'heldCommands');
      activity.commands++;
    },
    commandDone() {
      const activity = current.getStore();
      if (!activity || activity.commands === 0) return;
      activity.commands--;
      activity.onChange();
    },
    choices: () => choices,
  };
}
