import { filledDatabase } from '../lib/filled-database.mjs';
import { inTurn, ratioOf } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { startLoad } from '../lib/processes.mjs';
import { callsPerSecond } from '../lib/server-load.mjs';
import { short } from '../lib/table.mjs';
import { createCaller, grantBodies, startTokenizer } from '../lib/tokenizer.mjs';

const few = 10_000;

export const measure = {
  number: 8,
  id: 'many-grants',
  title: 'Tokenizer: latency of `createReadGrants` with many grants stored',
  baseline: `with ${few.toLocaleString('en')} grants stored`,
  target: { atMost: 1.3 },
  about:
    'One call after the other; each for another session and a random one of the tokens. The database was filled past the tokenizer, with every index (--rows says how many grants), and is larger than what SQLite keeps in memory, though not than what the operating system does.',

  run: ({ isQuick, rows, note }) =>
    withOpened(async (opened) => {
      const caller = await createCaller();
      const load = await startLoad();
      opened(load.stop);
      const sideOf = async (count) => {
        const { directory, known } = await filledDatabase({
          rows: count,
          applicationId: caller.settings.id,
          note,
        });
        const tokenizer = await startTokenizer(caller, { directory });
        opened(tokenizer.stop);
        return async () =>
          callsPerSecond(load, tokenizer, {
            count: isQuick ? 200 : 1000,
            // One after the other: what is timed is a call, not a queue.
            concurrency: 1,
            bodies: grantBodies(tokenizer, known, { size: 1, count: 1000 }),
            headers: await tokenizer.asApplication(),
          });
      };
      const [subject, baseline] = [await sideOf(rows), await sideOf(few)];
      const pairs = await inTurn({ rounds: isQuick ? 3 : 11, warmUp: 2, subject, baseline });
      return ['p50', 'p99'].map((of) => {
        const taken = ratioOf(pairs, (each) => each[of]);
        return {
          id: of,
          what: `${of}, ${rows.toLocaleString('en')} grants in SQLite`,
          ...taken,
          shown: `${short(taken.ours)} ms against ${short(taken.theirs)} ms`,
        };
      });
    }),
};
