import { setTimeout as sleep } from 'node:timers/promises';
import { httpAnswer } from '../../support/proxy.js';
import type { Fault, Proxy } from '../../support/proxy.js';
import type { Random } from './random.js';
import type { World } from './world.js';

export interface Injector {
  /** How often each kind of fault was put in. */
  counts(): Record<string, number>;
  /** Whether every kind of fault was put in, once at least. */
  hasPutEach(): boolean;
  /** Ends the fault of now, and puts everything right. */
  stop(): Promise<void>;
}

/** Furthest that clocks are set, either way, in milliseconds: within what is tolerated between app and tokenizer. */
const clockRange = 20_000;

const s3Error = (status: number, code: string): Fault => ({
  kind: 'answer',
  answer: (head) => httpAnswer(head, status, `<Error><Code>${code}</Code></Error>`),
});

/** Does one thing after the other to a world that runs: crashes, broken ways to its stores, failing ports, clocks. */
export function injectFaults(world: World, random: Random): Injector {
  const counts: Record<string, number> = {};
  let isOver = false;
  let failure: unknown;
  const { stores, replicas } = world;

  async function crash(): Promise<void> {
    const replica = random.pick(replicas);
    await world.untilPrepared();
    await replica.kill();
    await sleep(random.between(0, 300));
    await replica.start();
  }
  async function failPorts(): Promise<void> {
    const { order } = random.pick(replicas).process();
    await order('failures', { rate: 0.05 + random.next() / 4, seed: random.between(0, 2 ** 31) });
    await sleep(random.between(100, 600));
    await order('failures', { rate: 0, seed: 0 });
  }
  const turnClock = () => world.clock.set(random.between(-clockRange, clockRange));
  const breakWay = (proxies: Proxy[], more: Fault[]) => async () => {
    const faults: Fault[] = [
      { kind: 'refuse' },
      { kind: 'reset' },
      { kind: 'hang' },
      { kind: 'delay', milliseconds: random.between(10, 200) },
      { kind: 'cut', after: random.between(0, 500) },
      ...more,
    ];
    const broken = random.pick(proxies);
    await broken.set(random.pick(faults));
    await sleep(random.between(50, 800));
    await broken.set(null);
  };

  const s3Errors = [s3Error(500, 'InternalError'), s3Error(503, 'SlowDown'), s3Error(403, 'ExpiredToken')];
  const kinds: [string, () => Promise<void>][] = [
    ['crashes', crash],
    ['failing ports', failPorts],
    ['failing ports', failPorts],
    ['clocks set', turnClock],
    ...(stores.databases.length === 0
      ? []
      : ([
          ['broken ways to MongoDB', breakWay(stores.databases, [])],
          ['broken ways to S3', breakWay([...stores.objectStores, stores.uploads!], s3Errors)],
        ] as [string, () => Promise<void>][])),
  ];

  const running = (async () => {
    // In rounds, so that no kind is left out for long.
    for (
      let round = random.shuffle(kinds);
      !isOver;
      round = round.length > 1 ? round.slice(1) : random.shuffle(kinds)
    ) {
      const [name, put] = round[0]!;
      await sleep(random.between(100, 900));
      await put();
      counts[name] = (counts[name] ?? 0) + 1;
    }
  })().catch((error: unknown) => (failure = error));

  return {
    counts: () => counts,
    hasPutEach: () => failure !== undefined || kinds.every(([name]) => name in counts),
    async stop() {
      isOver = true;
      await running;
      if (failure) throw failure;
      for (const proxy of [
        ...stores.databases,
        ...stores.objectStores,
        ...(stores.uploads ? [stores.uploads] : []),
      ])
        await proxy.set(null);
      for (const replica of replicas) if (!replica.isRunning()) await replica.start();
      await world.clock.set(0);
    },
  };
}
