import type { Upload } from '../../protocol/internal.js';

/** Sends a body to a signed URL. Resolves with the status, 0 when there was no answer; rejects only when it is aborted. */
export type Send = (
  upload: Upload,
  body: Uint8Array<ArrayBuffer>,
  options: { signal: AbortSignal; onProgress(bytes: number): void },
) => Promise<number>;

/** How long a transfer may stand still, in milliseconds. */
const stallTimeout = 60_000;

/** Unlike `fetch`, XMLHttpRequest tells how much of a body was sent. */
export const createSend =
  (createRequest: () => XMLHttpRequest): Send =>
  ({ url, method, headers }, body, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      const aborted = () => new DOMException('The transfer was stopped.', 'AbortError');
      if (signal.aborted) return reject(aborted());
      const request = createRequest();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), stallTimeout);
      };
      const stop = () => request.abort();
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(aborted());
        else resolve(request.status);
      };
      request.upload.onprogress = ({ loaded }) => {
        watch();
        onProgress(Math.min(loaded, body.length));
      };
      request.onloadend = settle;
      signal.addEventListener('abort', stop);
      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      watch();
      // Not the bytes themselves: a Blob leaves this process before it is sent, and is sent many times faster where browsers
      // keep a copy of bodies for their developer tools.
      request.send(new Blob([body]));
    });
