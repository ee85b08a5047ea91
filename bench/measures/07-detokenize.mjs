import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { startLoad } from '../lib/processes.mjs';
import { callsPerSecond, rateFigure } from '../lib/server-load.mjs';
import { openServices } from '../lib/services.mjs';
import { detokenizeBody, grant, openSession, openTokenizer, storeValues } from '../lib/tokenizer.mjs';

const size = 20;

export const measure = {
  number: 7,
  id: 'detokenize',
  title: 'Tokenizer: `detokenize` of 20 tokens, calls per second',
  baseline: '20 calls of one token each',
  target: { atLeast: 8 },
  why: 'A call alone costs about eight times what each further token does: its key is derived (HKDF) and unwrapped, its URL signed, and an audit event chained and written. Writing the events of calls together made single calls cheaper by half, and by that this ratio smaller.',
  about: 'The frame’s session, 20 connections. Twenty calls of one token are counted as one.',

  async run(options) {
    const figures = await compare(options, undefined);
    const services = await openServices();
    if (services)
      try {
        figures.push(...(await compare(options, services)));
      } finally {
        await services.close();
      }
    return figures;
  },
};

const compare = ({ isQuick }, services) =>
  withOpened(async (opened) => {
    const tokenizer = await openTokenizer(opened, { environment: await services?.create() });
    const load = await startLoad();
    opened(load.stop);
    const session = await openSession(tokenizer);
    const tokens = await storeValues(tokenizer, session, 100);
    await grant(tokenizer, session.sessionId, tokens);
    const headers = { authorization: `Bearer ${session.accessToken}` };
    const together = Array.from({ length: tokens.length / size }, (_, index) =>
      detokenizeBody(tokens.slice(index * size, (index + 1) * size)),
    );
    const alone = tokens.map((token) => detokenizeBody([token]));
    // Concurrency that is well under what makes a tokenizer refuse calls.
    const ask = (bodies, count, perRequest) => async () => {
      const { wall, cpu } = await callsPerSecond(load, tokenizer, {
        count,
        concurrency: 20,
        bodies,
        headers,
      });
      return { wall: wall / perRequest, cpu: cpu / perRequest };
    };
    // A database that takes one command at a time takes its time.
    const calls = isQuick ? 10 : services ? 20 : 100;
    const pairs = await inTurn({
      rounds: isQuick ? 3 : services ? 7 : 11,
      warmUp: 1,
      subject: ask(together, calls, 1),
      baseline: ask(alone, calls * size, size),
    });
    const where = services ? 'MongoDB and S3' : 'embedded stores';
    const figure = (of, what) =>
      rateFigure(
        services ? `services-${of}` : of,
        `${where}, ${what}`,
        pairs,
        of,
        services && `; ${services.what}`,
      );
    return [figure('cpu', 'per second of CPU time'), figure('wall', 'by the clock')];
  });
