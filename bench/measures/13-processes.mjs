import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurn, ratioOf } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { startLoad } from '../lib/processes.mjs';
import { callsPerSecond, rateFigure } from '../lib/server-load.mjs';
import { databaseOnly, openServices } from '../lib/services.mjs';
import {
  createCaller,
  grantBodies,
  openSession,
  startTokenizer,
  storeValues,
  temporaryDirectory,
} from '../lib/tokenizer.mjs';

const most = 4;

export const measure = {
  number: 13,
  id: 'processes',
  title: 'Tokenizer: several processes over one MongoDB, `createReadGrants` of one token',
  baseline: 'one process, as many times as there are processes',
  target: { atLeast: 0.85 },
  about:
    'The processes share nothing but MongoDB and the key file. On a machine of few cores, database and load need those that more processes would use: what can be told is whether a call costs more CPU time with several processes than with one. What processes take when idle is measured before, and is not counted.',

  why: 'The stand-in for MongoDB here takes one command at a time, and so few calls per second that each process mostly waits: every call finds it cold. By the clock no more can come out of several processes than the database lets through.',
  run: ({ isQuick }) =>
    withOpened(async (opened) => {
      const services = await openServices();
      if (!services) return { missing: 'MongoDB cannot be had on this machine: see `npm run services`' };
      opened(services.close);
      const directory = temporaryDirectory();
      opened(directory.remove);
      const caller = await createCaller();
      const database = databaseOnly(await services.create());
      const tokenizers = [];
      for (let i = 0; i < most; i++) {
        const port = String(await freePort());
        // All have the first one's address, which JWTs name as their audience.
        const publicURL = tokenizers[0]?.url ?? `http://127.0.0.1:${port}`;
        const tokenizer = await startTokenizer(caller, {
          directory: directory.path,
          environment: { ...database, LUNASEC_PORT: port, LUNASEC_PUBLIC_URL: publicURL },
        });
        opened(tokenizer.stop);
        tokenizers.push(tokenizer);
      }
      const load = await startLoad();
      opened(load.stop);
      const [first] = tokenizers;
      const tokens = await storeValues(first, await openSession(first), 300);
      const bodies = grantBodies(first, tokens, { size: 1, count: 500 });
      const count = isQuick ? 40 : 150;
      const idle = await idleOf(tokenizers);
      const ask = (processes) => async () => {
        const { wall, cpuPerCall, milliseconds } = await callsPerSecond(
          load,
          tokenizers.slice(0, processes),
          {
            count,
            concurrency: 16,
            bodies,
            headers: await first.asApplication(),
          },
        );
        return { wall, cpu: 1000 / (cpuPerCall - (idle * processes * milliseconds) / count) };
      };
      const figures = [];
      for (const processes of [2, 4]) {
        const pairs = await inTurn({
          rounds: isQuick ? 3 : 7,
          warmUp: 1,
          subject: ask(processes),
          baseline: ask(1),
        });
        const cpu = ratioOf(pairs, (each) => each.cpu);
        figures.push(
          {
            id: `${processes}-cpu`,
            what: `${processes} processes, per second of the calls’ CPU time`,
            ...cpu,
            shown: `${(1000 / cpu.ours).toFixed(2)} ms of CPU time per call against ${(1000 / cpu.theirs).toFixed(2)} ms, without the ${(idle * 1000).toFixed(0)} ms per second that each process takes when idle; ${services.what}`,
          },
          {
            ...rateFigure(
              `${processes}-wall`,
              `${processes} processes, per second by the clock`,
              pairs,
              'wall',
              ` on ${availableParallelism()} cores, which database and load share`,
            ),
            baseline: 'one process',
            // Database, load and tokenizers have to share the cores: no target can be held against that.
            target: null,
          },
        );
      }
      return figures;
    }),
};

/** CPU time of a process that has nothing to do, as a part of the time: heartbeats, watching its load. */
async function idleOf(tokenizers) {
  const seconds = 5;
  await Promise.all(tokenizers.map((tokenizer) => tokenizer.cpu()));
  await sleep(seconds * 1000);
  const spent = await Promise.all(tokenizers.map((tokenizer) => tokenizer.cpu()));
  return spent.reduce((sum, each) => sum + each, 0) / tokenizers.length / (seconds * 1000);
}
