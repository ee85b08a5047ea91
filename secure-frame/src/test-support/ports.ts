import { deserialize, serialize } from 'node:v8';

class FakePort {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  peer: FakePort | undefined;

  postMessage(message: unknown): void {
    const copy = serialize(message);
    // Not `queueMicrotask`, which may be faked as well.
    void Promise.resolve().then(() => this.peer?.onmessage?.({ data: deserialize(copy) }));
  }

  close(): void {
    if (this.peer) this.peer.peer = undefined;
    this.peer = undefined;
  }
}

/** Two entangled ports that deliver copies in the next microtask, so that faked timers do not hold messages up. */
export function portPair(): [MessagePort, MessagePort] {
  const [one, other] = [new FakePort(), new FakePort()];
  one.peer = other;
  other.peer = one;
  return [one, other] as unknown as [MessagePort, MessagePort];
}

/** Makes `new MessageChannel()` give such ports: jsdom has none. */
export class FakeMessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;

  constructor() {
    [this.port1, this.port2] = portPair();
  }
}

/** One end of a line in the hands of a test: `heard` collects what arrives. */
export function hear<Message>(port: MessagePort) {
  const heard: Message[] = [];
  port.onmessage = ({ data }: MessageEvent<Message>) => heard.push(data);
  return { heard, send: (message: unknown) => port.postMessage(message) };
}
