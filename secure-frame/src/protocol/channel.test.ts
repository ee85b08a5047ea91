import { afterEach, expect, test } from '@jest/globals';
import { openChannel } from './channel.js';
import type { Channel } from './channel.js';
import { messages, text } from './guards.js';

const accepts = messages({ say: { words: text(10) } });
const open: Channel<unknown>[] = [];
const line = () => {
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  const here = openChannel(port1, accepts, (message) => heard.push(message));
  const there = openChannel<never, unknown>(
    port2,
    (_value): _value is never => false,
    () => {},
  );
  open.push(here, there);
  return { here, there, heard };
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
  const { here, there, heard } = line();
  for (const message of [
    null,
    'say',
    { type: 'shout', words: 'a' },
    { type: 'say' },
    { type: 'say', words: 'a', loud: true },
    { type: 'say', words: 'more than ten' },
  ])
    there.send(message);
  there.send({ type: 'say', words: 'ok' });
  await arrival();
  expect(heard).toEqual([{ type: 'say', words: 'ok' }]);
  expect(here.dropped()).toBe(6);
});

test('delivers nothing once it is closed', async () => {
  const { here, there, heard } = line();
  there.send({ type: 'say', words: 'late' });
  here.close();
  await arrival();
  expect(heard).toEqual([]);
});
