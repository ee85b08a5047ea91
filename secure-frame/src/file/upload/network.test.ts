import { describe, expect, test } from '@jest/globals';
import { createLimit, createNetwork } from './network.js';

describe('a limit', () => {
  test('lets so many run at a time, the others in order, whether they succeed or not', async () => {
    const limit = createLimit(2);
    const log: string[] = [];
    const letGo: (() => void)[] = [];
    const task = (name: string, fails = false) =>
      limit(async () => {
        log.push(name);
        await new Promise<void>((resolve) => letGo.push(resolve));
        if (fails) throw new Error(name);
      }).catch(() => undefined);
    const all = [task('a', true), task('b'), task('c'), task('d')];
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    letGo[0]!();
    await all[0];
    await new Promise((resolve) => setTimeout(resolve));
    expect(log).toEqual(['a', 'b', 'c']);
    letGo[1]!();
    await all[1];
    await new Promise((resolve) => setTimeout(resolve));
    letGo.slice(2).forEach((go) => go());
    await Promise.all(all);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the network', () => {
  const createWindow = (onLine: boolean) =>
    Object.assign(new EventTarget(), { navigator: { onLine } }) as unknown as Window & {
      navigator: { onLine: boolean };
    };

  test('is there at once, or when the browser says so', async () => {
    const signal = new AbortController().signal;
    await createNetwork(createWindow(true)).online(signal);
    const window = createWindow(false);
    const network = createNetwork(window);
    expect(network.isOnline()).toBe(false);
    const online = network.online(signal);
    Object.assign(window.navigator, { onLine: true });
    window.dispatchEvent(new Event('online'));
    await online;
    expect(network.isOnline()).toBe(true);
  });

  test('is not waited for any more when that is stopped', async () => {
    const stop = new AbortController();
    const online = createNetwork(createWindow(false)).online(stop.signal);
    stop.abort();
    await expect(online).rejects.toMatchObject({ name: 'AbortError' });
  });
});
