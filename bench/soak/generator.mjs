/** The load, in a process of its own: begins journeys at the rate it is told, whether or not those before have ended. */
import { importJWK } from 'jose';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createSigner } from '../lib/application.mjs';
import { createClient } from './client.mjs';
import { createJourneys } from './journeys.mjs';

const { tokenizerURL, privateJWK } = JSON.parse(process.env.SOAK_GENERATOR);
/** Journeys at a time; so many more than any rate here that only a tokenizer that does not answer gets there. */
const mostOpen = 20_000;

const newWindow = () => ({ latencies: [], transfers: [], outcomes: {}, journeys: 0, longest: 0 });
let window = newWindow();
let open = 0;
const ownDelay = monitorEventLoopDelay({ resolution: 10 });
ownDelay.enable();

const client = createClient({
  tokenizerURL,
  record(kind, name, outcome, sent) {
    const took = performance.now() - sent;
    const key = outcome === 'ok' ? 'ok' : `${outcome} (${name})`;
    window.outcomes[key] = (window.outcomes[key] ?? 0) + 1;
    window.longest = Math.max(window.longest, took);
    // The latency of calls that were served, to a tenth of a millisecond; how long refusals took is in `longest`.
    if (outcome === 'ok')
      (kind === 'api' ? window.latencies : window.transfers).push(Math.round(took * 10) / 10);
  },
});
const key = await importJWK(privateJWK, 'EdDSA');
const journeys = createJourneys({ client, signer: createSigner(key, tokenizerURL) });

async function begin() {
  if (open >= mostOpen) {
    window.outcomes['NOT_SENT (any)'] = (window.outcomes['NOT_SENT (any)'] ?? 0) + 1;
    return;
  }
  open++;
  window.journeys++;
  try {
    await journeys.run();
  } catch (error) {
    // Failures of calls are recorded by the client; what is wrong with a value is known here only.
    const outcome = error.outcome ?? `GENERATOR: ${error.message}`;
    if (error.outcome === undefined || /^VALUE/.test(outcome))
      window.outcomes[outcome] = (window.outcomes[outcome] ?? 0) + 1;
  } finally {
    open--;
  }
}

/** Arrivals as of many users who do not know of each other: a Poisson process (Knuth, TAOCP 2, 3.4.1 D). */
const pauseAt = (rate) => (-Math.log(1 - Math.random()) / rate) * 1000;
let rate = 0;
let next = 0;
let timer;
function arrive() {
  const now = performance.now();
  // Those that were due while this process was busy begin now, all of them: a slow answer never thins out the load.
  for (; next <= now; next += pauseAt(rate)) void begin();
  timer = setTimeout(arrive, Math.max(0, next - performance.now()));
}

const answers = {
  rate({ journeysPerSecond }) {
    clearTimeout(timer);
    rate = journeysPerSecond;
    if (rate === 0) return {};
    next = performance.now() + pauseAt(rate);
    arrive();
    return {};
  },
  window() {
    const ended = { ...window, open, ownDelay: ownDelay.percentile(99) / 1e6 };
    window = newWindow();
    ownDelay.reset();
    return ended;
  },
  fill: () => journeys.fill(),
  readBack: ({ most }) => journeys.readBack(most),
  exhaust: ({ most }) => journeys.exhaust(most),
};
process.on('message', async ({ id, ask, ...parameters }) => {
  try {
    process.send({ id, answer: await answers[ask](parameters) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
