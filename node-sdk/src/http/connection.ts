/** Where the client of a request is, as long as it is there. */
interface Connection {
  /** The same object for all requests over it. */
  key: object;
  isClosed: boolean;
  listen(listener: () => void): void;
  unlisten(listener: () => void): void;
}

/**
 * Makes a call that is of no use to anybody once the client of a request has disconnected, or whoever else waits for it
 * has given up: its signal aborts then. Nothing is listened to any more when the call ends; connections outlive requests.
 */
export async function whileConnected<T>(
  { request, signal }: { request?: object | undefined; signal?: AbortSignal | undefined },
  call: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const connection = request && connectionOf(request);
  if (!connection) return call(signal);
  const controller = new AbortController();
  const releases = [
    onClose(connection, () => controller.abort(new Error('The client has disconnected.'))),
    ...(signal ? [onClose(fromSignal(signal), () => controller.abort(signal.reason))] : []),
  ];
  try {
    return await call(controller.signal);
  } finally {
    for (const release of releases) release();
  }
}

/** Undefined for requests that do not say: those of tests and of functions as a service. */
function connectionOf(request: object): Connection | undefined {
  // Fastify, Hono and others have the platform's own request inside theirs.
  const { raw = request } = request as { raw?: object };
  const { signal, stream, socket } = raw as { signal?: unknown; stream?: unknown; socket?: unknown };
  if (isSignal(signal)) return fromSignal(signal);
  // In HTTP/2, many requests share a socket; each has a stream of its own.
  const emitter = isEmitter(stream) ? stream : socket;
  return isEmitter(emitter) ? fromEmitter(emitter) : undefined;
}

const fromSignal = (signal: AbortSignal): Connection => ({
  key: signal,
  isClosed: signal.aborted,
  listen: (listener) => signal.addEventListener('abort', listener),
  unlisten: (listener) => signal.removeEventListener('abort', listener),
});

interface Emitter {
  destroyed?: boolean;
  on(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

const fromEmitter = (emitter: Emitter): Connection => ({
  key: emitter,
  isClosed: emitter.destroyed === true,
  listen: (listener) => emitter.on('close', listener),
  unlisten: (listener) => emitter.off('close', listener),
});

const isSignal = (value: unknown): value is AbortSignal =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;

const isEmitter = (value: unknown): value is Emitter =>
  typeof value === 'object' && value !== null && 'on' in value && 'off' in value;

interface Waiting {
  each: Set<() => void>;
  tell(): void;
}

/** One listener for all calls over a connection: Node takes more than ten of them for a leak. */
const waitings = new WeakMap<object, Waiting>();

/** Returns how to stop listening. */
function onClose(connection: Connection, listener: () => void): () => void {
  if (connection.isClosed) {
    listener();
    return () => {};
  }
  const waiting = waitings.get(connection.key) ?? startWaiting(connection);
  waiting.each.add(listener);
  return () => {
    waiting.each.delete(listener);
    if (waiting.each.size > 0 || waitings.get(connection.key) !== waiting) return;
    connection.unlisten(waiting.tell);
    waitings.delete(connection.key);
  };
}

function startWaiting(connection: Connection): Waiting {
  const each = new Set<() => void>();
  const waiting = { each, tell: () => each.forEach((listener) => listener()) };
  waitings.set(connection.key, waiting);
  connection.listen(waiting.tell);
  return waiting;
}
