import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { startLoad } from '../lib/processes.mjs';
import { callsPerSecond, rateFigure } from '../lib/server-load.mjs';
import { grantBodies, openSession, openTokenizer, storeValues } from '../lib/tokenizer.mjs';

const size = 100;

export const measure = {
  number: 5,
  id: 'batches',
  title: 'Tokenizer: grants per second in batches of 100',
  baseline: 'grants per second one by one (measure 4)',
  target: { atLeast: 15 },
  about: 'As measure 4.',

  why: 'A grant of a batch still has a row and an audit event of its own, each with three to four index entries, and those are now most of it. The ratio was 22, in a short run, when each single call waited for the disk by itself; writing calls together made single grants twice as cheap and batches hardly.',
  run: ({ isQuick }) =>
    withOpened(async (opened) => {
      const tokenizer = await openTokenizer(opened);
      const load = await startLoad();
      opened(load.stop);
      const tokens = await storeValues(tokenizer, await openSession(tokenizer), 500);
      const grants = (perCall, count) => {
        const bodies = grantBodies(tokenizer, tokens, { size: perCall, count: Math.min(count, 500) });
        return async () => {
          const { wall, cpu } = await callsPerSecond(load, tokenizer, {
            count,
            concurrency: 32,
            bodies,
            headers: await tokenizer.asApplication(),
          });
          return { wall: wall * perCall, cpu: cpu * perCall };
        };
      };
      const pairs = await inTurn({
        rounds: isQuick ? 3 : 11,
        warmUp: 2,
        subject: grants(size, isQuick ? 50 : 300),
        baseline: grants(1, isQuick ? 300 : 1500),
      });
      return [
        rateFigure('cpu', 'per second of the server’s CPU time', pairs, 'cpu'),
        rateFigure('wall', 'per second by the clock', pairs, 'wall'),
      ];
    }),
};
