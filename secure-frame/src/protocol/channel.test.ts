import { afterEach, expect, test } from '@jest/globals';
import { openChannel } from './channel.js';
import type { Channel } from './channel.js';
import { invalid, messages, text } from './parsers.js';

const parse = messages({ say: { words: text(10) } });
const open: Channel<unknown>[] = [];
const line = () => {
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  const drops = { count: 0 };
  const here = openChannel(
    port1,
    parse,
    (message) => heard.push(message),
    () => drops.count++,
  );
  const there = openChannel<never, unknown>(
    port2,
    () => invalid,
    () => {},
  );
  open.push(here, there);
  return { here, there, heard, drops };
};
const arrival = () => new Promise((resolve) => setTimeout(resolve, 20));

afterEach(() => open.splice(0).forEach((channel) => channel.close()));

test('delivers what it knows, in order', async () => {
  const { there, heard } = line();
  there.send({ type: 'say', words: 'one' });
  there.send({ type: 'say', words: 'two' });
  await arrival();
  expect(heard).toEqual([
    { type: 'say', words: 'one' },
    { type: 'say', words: 'two' },
  ]);
});

test('drops and counts everything else', async () => {
  const { here, there, heard, drops } = line();
  for (const message of [
    null,
    'say',
    { type: 'shout', words: 'a' },
    { type: 'say' },
    { type: 'say', words: ['a'] },
    { type: 'say', words: 'more than ten' },
  ])
    there.send(message);
  there.send({ type: 'say', words: 'ok' });
  await arrival();
  expect(heard).toEqual([{ type: 'say', words: 'ok' }]);
  expect(here.dropped()).toBe(6);
  expect(drops.count).toBe(6);
});

test('delivers of a message only what it knows', async () => {
  const { here, there, heard } = line();
  there.send({ type: 'say', words: 'hello', loud: true });
  await arrival();
  expect(heard).toEqual([{ type: 'say', words: 'hello' }]);
  expect(here.dropped()).toBe(0);
});

test('delivers nothing once it is closed', async () => {
  const { here, there, heard } = line();
  there.send({ type: 'say', words: 'late' });
  here.close();
  await arrival();
  expect(heard).toEqual([]);
});
