/** Load from a process of its own, so that it is not the server's CPU time that is spent on it. */
import { Agent, request } from 'node:http';
import { percentile } from './statistics.mjs';

const agent = new Agent({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 1024 });

function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'POST', headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200 && !/"errors":\[|"problem":\{/.test(text)) resolve();
        else reject(new Error(`A call was answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

async function run({ urls, headers, bodies, count, concurrency }) {
  const all = bodies.map((text) => {
    const body = Buffer.from(text);
    return {
      body,
      headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
    };
  });
  const latencies = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      const { body, headers: own } = all[index % all.length];
      const sent = performance.now();
      await post(urls[index % urls.length], own, body);
      latencies.push(performance.now() - sent);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return {
    milliseconds: performance.now() - begun,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

process.on('message', async ({ id, ...parameters }) => {
  try {
    process.send({ id, answer: await run(parameters) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on('disconnect', () => process.exit(0));
