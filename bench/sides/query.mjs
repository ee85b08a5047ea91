import { createToken } from '@lunasec/secure-frame/protocol';
import { createLunaSec, markedServer, plainServer, runQuery } from '../lib/schema.mjs';
import { newSigningKey } from '../lib/signing-key.mjs';

/**
 * A query through Apollo Server that returns so many tokens. `stub`: what answers instead of a tokenizer; without it the fields are
 * not marked.
 */
export async function create({ count, stub }) {
  const tokens = Array.from({ length: count }, createToken);
  const server = stub
    ? await markedServer(
        createLunaSec({
          applicationId: 'bench',
          tokenizerURL: 'http://127.0.0.1:1',
          signingKey: (await newSigningKey()).signingKey,
          parts: stubs[stub](tokens),
        }),
        tokens,
      )
    : await plainServer(tokens);
  return () => runQuery(server, count);
}

/** Answers that were made before, as the same tokens are asked for again and again: they cost nothing of their own. */
const stubs = {
  /** In place of the SDK's client: all else of the directive runs. */
  client(tokens) {
    const answers = tokens.map((token) => ({ token, expiresAt: inAWhile(), problem: null }));
    return { client: { createReadGrants: async () => answers } };
  },
  /** In place of HTTP: the client writes its request, and reads and checks the text of the answer. */
  fetch(tokens) {
    const answers = tokens.map((token) => ({ token, expiresAt: inAWhile(), problem: null }));
    const text = JSON.stringify({ data: { createReadGrants: answers } });
    const response = { status: 200, text: async () => text, headers: { get: () => null } };
    return { fetch: async () => response };
  },
};

const inAWhile = () => new Date(Date.now() + 15 * 60_000);
