import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { createLunaSec, markedServer, plainServer, runQuery } from '../lib/schema.mjs';
import { databaseOnly, openServices } from '../lib/services.mjs';
import { newSigningKey } from '../lib/signing-key.mjs';
import { createCaller, openSession, openTokenizer, storeValues } from '../lib/tokenizer.mjs';
import { speedFigure, wallOf } from '../lib/wall.mjs';

const count = 100;

export const measure = {
  number: 3,
  id: 'loopback',
  title: 'SDK: time of a query of 100 tokens, the tokenizer on MongoDB',
  baseline: 'one request per token, all at once',
  target: { atLeast: 10 },
  about:
    'The app’s server and the tokenizer are two processes over loopback. The baseline runs the same query without the directive, and then one `grants.create` for each token, all at once. FerretDB here takes one command at a time; a MongoDB does several, which helps the baseline.',

  run: ({ isQuick }) =>
    withOpened(async (opened) => {
      const services = await openServices();
      if (!services) return { missing: 'MongoDB cannot be had on this machine: see `npm run services`' };
      opened(services.close);
      const caller = await createCaller();
      const { signingKey, publicJWK } = await newSigningKey();
      caller.settings.jwks.keys.push(publicJWK);
      const environment = databaseOnly(await services.create());
      const tokenizer = await openTokenizer(opened, { caller, environment });
      const tokens = await storeValues(tokenizer, await openSession(tokenizer), count);

      const lunaSec = createLunaSec({
        applicationId: caller.settings.id,
        tokenizerURL: tokenizer.url,
        signingKey,
        // What is compared is how long it takes; many calls at once can take longer than the SDK waits for one.
        client: { deadline: 60_000, attemptTimeout: 60_000, retries: 0 },
      });
      const marked = await markedServer(lunaSec, tokens);
      const plain = await plainServer(tokens);
      opened(() => Promise.all([marked.stop(), plain.stop()]));
      const pairs = await inTurn({
        rounds: isQuick ? 3 : 15,
        warmUp: 2,
        subject: () => wallOf(() => runQuery(marked, count)),
        baseline: () =>
          wallOf(async () => {
            await runQuery(plain, count);
            await Promise.all(tokens.map((token) => lunaSec.grants.create('a-session', [token])));
          }),
      });
      return [speedFigure('query', 'by the clock', pairs, { digits: 1, more: `; ${services.what}` })];
    }),
};
