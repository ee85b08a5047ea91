import { createToken } from '@lunasec/secure-frame/protocol';
import { createLunaSec, markedServer, runQuery } from '../lib/schema.mjs';
import { newSigningKey } from '../lib/signing-key.mjs';

const counts = [1, 2, 10, 100, 500, 1000];

export const measure = {
  number: 2,
  id: 'requests',
  title: 'SDK: requests to the tokenizer per operation',
  baseline: 'one request',
  target: { exactly: 1 },
  about: 'Counted at the SDK’s `fetch`.',

  async run() {
    const requests = [];
    for (const count of counts) requests.push(await requestsOf(count));
    return [
      {
        id: 'query',
        what: `for ${counts.join(', ')} tokens`,
        // The one that is farthest from one.
        ratio: requests.reduce((worst, each) => (Math.abs(each - 1) > Math.abs(worst - 1) ? each : worst), 1),
        low: Math.min(...requests),
        high: Math.max(...requests),
        rounds: counts.length,
        shown: `counted: ${requests.join(', ')}`,
      },
    ];
  },
};

async function requestsOf(count) {
  const tokens = Array.from({ length: count }, createToken);
  let requests = 0;
  const expiresAt = new Date(Date.now() + 15 * 60_000).toISOString();
  const fetch = async (_url, { body }) => {
    requests++;
    const { variables } = JSON.parse(body);
    const answers = variables.tokens.map(({ token }) => ({ token, expiresAt, problem: null }));
    return new Response(JSON.stringify({ data: { createReadGrants: answers } }));
  };
  const lunaSec = createLunaSec({
    applicationId: 'bench',
    tokenizerURL: 'http://127.0.0.1:1',
    signingKey: (await newSigningKey()).signingKey,
    parts: { fetch },
  });
  const server = await markedServer(lunaSec, tokens);
  await runQuery(server, count);
  await server.stop();
  return requests;
}
