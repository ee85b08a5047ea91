import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { startLoad, startServer } from '../lib/processes.mjs';
import { callsPerSecond, rateFigure } from '../lib/server-load.mjs';
import { grantBodies, openSession, openTokenizer, storeValues } from '../lib/tokenizer.mjs';

const concurrency = 32;
const hello = ['{"query":"{ hello }"}'];

export const measure = {
  number: 4,
  id: 'grants',
  title: 'Tokenizer: `createReadGrants` of one token, calls per second',
  baseline: 'Apollo Server over Express that answers `{ hello }`',
  target: { atLeast: 0.6 },
  about:
    'Embedded stores, 32 connections, load from another process. Calls shed and limits per minute are out of reach. Both sides get a GraphQL call over the same versions of Express and Apollo Server.',
  why: 'What is compared with answers from memory to a query of one word. A call also has its JWT looked up, its document held against limits of depth, cost and aliases, its variables of five types coerced, its token read, its grant written, an audit event chained by HMAC and written, and metrics, request id and security headers; the writes are on the disk before it is answered.',

  run: ({ isQuick }) =>
    withOpened(async (opened) => {
      const tokenizer = await openTokenizer(opened);
      const apollo = await startServer('../servers/hello.mjs');
      opened(apollo.stop);
      const bare = await startServer('../servers/bare.mjs');
      opened(bare.stop);
      const load = await startLoad();
      opened(load.stop);
      const tokens = await storeValues(tokenizer, await openSession(tokenizer), 500);
      const bodies = grantBodies(tokenizer, tokens, { size: 1, count: 500 });
      const count = isQuick ? 300 : 2000;
      const rounds = isQuick ? 3 : 11;

      const askHello = (server) => () =>
        callsPerSecond(load, server, { count: count * 2, concurrency, bodies: hello });
      const pairs = await inTurn({
        rounds,
        warmUp: 2,
        subject: async () =>
          callsPerSecond(load, tokenizer, {
            count,
            concurrency,
            bodies,
            headers: await tokenizer.asApplication(),
          }),
        baseline: askHello(apollo),
      });
      const transport = await inTurn({ rounds, subject: askHello(apollo), baseline: askHello(bare) });
      return [
        rateFigure('cpu', 'per second of the server’s CPU time', pairs, 'cpu'),
        rateFigure('wall', 'per second by the clock', pairs, 'wall'),
        {
          ...rateFigure(
            'transport',
            'Apollo Server over Express against bare `node:http`, CPU time',
            transport,
            'cpu',
          ),
          baseline: 'bare `node:http` that answers the same bytes',
          target: null,
        },
      ];
    }),
};
