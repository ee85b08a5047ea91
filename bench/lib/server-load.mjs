import { ratioOf } from './in-turn.mjs';

/** Sends load to a server and gives calls per second: by the clock, and of the server's CPU time. */
export async function callsPerSecond(load, servers, { count, concurrency, bodies, headers }) {
  const all = [servers].flat();
  await Promise.all(all.map((server) => server.cpu()));
  const { milliseconds, p50, p99 } = await load.run({
    urls: all.map(({ url }) => `${url}/graphql`),
    headers,
    bodies,
    count,
    concurrency,
  });
  const spent = await Promise.all(all.map((server) => server.cpu()));
  const cpu = spent.reduce((sum, each) => sum + each, 0);
  return {
    wall: (count / milliseconds) * 1000,
    cpu: (count / cpu) * 1000,
    cpuPerCall: cpu / count,
    milliseconds,
    p50,
    p99,
  };
}

/** The ratio of what both sides of pairs did per second, and both rates in words. */
export function rateFigure(id, what, pairs, of, more = '') {
  const taken = ratioOf(pairs, (each) => each[of]);
  const shown = `${taken.ours.toFixed(0)}/s against ${taken.theirs.toFixed(0)}/s${more}`;
  return { id, what, ...taken, shown };
}
