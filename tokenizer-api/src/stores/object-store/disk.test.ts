import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describeObjectStore, newKey, send, uploadOf } from '../../test-support/object-store/contract.js';
import { serveDiskStore } from '../../test-support/object-store/served-disk.js';
import type { ServedDiskStore } from '../../test-support/object-store/served-disk.js';
import { createDiskObjectStore } from './disk.js';

describeObjectStore('The disk', serveDiskStore);

describe('the disk store', () => {
  let served: ServedDiskStore;
  beforeEach(async () => {
    served = await serveDiskStore();
  });
  afterEach(() => served.close());

  const body = new Uint8Array(randomBytes(1000));
  const files = async () =>
    (await readdir(served.directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  const refusalOf = async (response: Response) => ({
    status: response.status,
    code: ((await response.json()) as { code: string }).code,
  });

  test('keeps bodies as they are, for this user only', async () => {
    const key = newKey();
    await send(await served.store.presignUpload(uploadOf(key, body)), body);
    expect(await files()).toEqual([key.split('/')[1]]);
    const [entry] = (await readdir(served.directory, { recursive: true, withFileTypes: true })).filter((it) =>
      it.isFile(),
    );
    const path = join(entry!.parentPath, entry!.name);
    expect(new Uint8Array(await readFile(path))).toEqual(body);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(served.directory)).mode & 0o777).toBe(0o700);
    expect((await stat(entry!.parentPath)).mode & 0o777).toBe(0o700);
  });

  test('needs no connection but to the tokenizer itself', async () => {
    expect(served.store.connectOrigins).toEqual([]);
    const { url, headers } = await served.store.presignUpload(uploadOf(newKey(), body));
    expect(new URL(url).origin).toBe(served.origin);
    expect(headers).toEqual({});
  });

  test.each(['too long', 'too short', 'altered', 'second', 'late', 'broken off'])(
    'of an upload that is %s nothing is left on the disk',
    async (kind) => {
      const key = newKey();
      const upload = await served.store.presignUpload(uploadOf(key, body));
      if (kind === 'second') await send(upload, body);
      const before = await files();
      const bodies: Record<string, Uint8Array<ArrayBuffer>> = {
        'too long': new Uint8Array(1001),
        'too short': new Uint8Array(999),
        altered: new Uint8Array(1000),
      };
      if (kind === 'broken off') {
        const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': 1000 } });
        sending.on('error', () => undefined);
        sending.write(body.subarray(0, 500));
        await until(async () => (await files()).length === 1);
        sending.destroy();
      } else if (kind === 'late') {
        const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': 1000 } });
        const answered = new Promise((resolve) => sending.on('response', (it) => resolve(it.statusCode)));
        sending.write(body.subarray(0, 500));
        await until(async () => (await files()).length === 1);
        served.shiftClock(121_000);
        sending.end(body.subarray(500));
        expect(await answered).toBe(403);
      } else expect((await send(upload, bodies[kind] ?? body)).status).toBeGreaterThanOrEqual(400);
      await until(async () => (await files()).length === before.length);
      expect(await files()).toEqual(before);
    },
  );

  test('a body that began in time and did not take too long is kept', async () => {
    const key = newKey();
    const upload = await served.store.presignUpload(uploadOf(key, body));
    const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': 1000 } });
    const answered = new Promise((resolve) => sending.on('response', (it) => resolve(it.statusCode)));
    sending.write(body.subarray(0, 500));
    await until(async () => (await files()).length === 1);
    served.shiftClock(100_000);
    sending.end(body.subarray(500));
    expect(await answered).toBe(200);
    expect(await served.store.head(key)).toEqual({ size: 1000 });
  });

  test('nobody sees a body before all of it is there', async () => {
    const key = newKey();
    const upload = await served.store.presignUpload(uploadOf(key, body));
    const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': 1000 } });
    const answered = new Promise((resolve) => sending.on('response', (it) => resolve(it.statusCode)));
    sending.write(body.subarray(0, 999));
    await until(async () => (await files()).length === 1);
    expect(await served.store.head(key)).toBeNull();
    expect((await send(await served.store.presignDownload(key))).status).toBe(404);
    sending.end(body.subarray(999));
    expect(await answered).toBe(200);
    expect(await served.store.head(key)).toEqual({ size: 1000 });
  });

  test('refusals say why, in codes', async () => {
    const key = newKey();
    const upload = await served.store.presignUpload(uploadOf(key, body));
    const download = await served.store.presignDownload(key);
    const refused = async (response: Promise<Response>) => refusalOf(await response);

    expect(await refused(send(upload, new Uint8Array(1000)))).toEqual({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    expect(await refused(send(upload, new Uint8Array(10)))).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(await refused(send(download))).toEqual({ status: 404, code: 'TOKEN_NOT_FOUND' });
    expect(await refused(fetch(`${download.url}x`))).toEqual({ status: 403, code: 'UNAUTHENTICATED' });
    await send(upload, body);
    expect(await refused(send(upload, body))).toEqual({ status: 412, code: 'BAD_USER_INPUT' });
    const post = await fetch(download.url, { method: 'POST' });
    expect(post.headers.get('allow')).toBe('GET, PUT');
    expect(await refusalOf(post)).toEqual({ status: 405, code: 'BAD_USER_INPUT' });
    served.shiftClock(60_000);
    expect(await refused(send(download))).toEqual({ status: 403, code: 'GRANT_EXPIRED' });
    expect(await refused(send(upload, body))).toEqual({ status: 403, code: 'GRANT_EXPIRED' });
    expect(served.errors).toEqual([]);
  });

  test('signed URLs work to the end of their time, and not a millisecond longer', async () => {
    const key = newKey();
    served.stopClock(new Date('2026-01-01T00:00:00.999Z'));
    const upload = await served.store.presignUpload(uploadOf(key, body));
    const download = await served.store.presignDownload(key);
    expect(upload.expiresAt).toEqual(new Date('2026-01-01T00:01:00.000Z'));
    expect(download.expiresAt).toEqual(upload.expiresAt);
    served.stopClock(upload.expiresAt);
    expect((await send(upload, body)).status).toBe(403);
    expect((await send(download)).status).toBe(403);
    served.stopClock(new Date(upload.expiresAt.getTime() - 1));
    expect((await send(upload, body)).status).toBe(200);
    expect((await send(download)).status).toBe(200);
  });

  test('a wrong length is refused before anything of the body has come', async () => {
    const { url } = await served.store.presignUpload(uploadOf(newKey(), body));
    const sending = request(url, { method: 'PUT', headers: { 'content-length': 1001 } });
    const answered = new Promise((resolve) => sending.on('response', (it) => resolve(it.statusCode)));
    sending.flushHeaders();
    expect(await answered).toBe(400);
    sending.on('error', () => undefined).destroy();
  });

  test('a download URL with the parameters of an upload is refused', async () => {
    const key = newKey();
    const upload = await served.store.presignUpload(uploadOf(key, body));
    await send(upload, body);
    const [parameters] = /&size=.*&checksum=[^&]*/.exec(upload.url)!;
    const { url } = await served.store.presignDownload(key);
    expect((await fetch(url.replace('&signature', `${parameters}&signature`))).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  test.each([
    ['a parameter that is added', (url: string) => `${url}&x=1`],
    ['a parameter that comes twice', (url: string) => url.replace(/(expires=\d+)/, '$1&$1')],
    ['parameters in another order', (url: string) => url.replace(/\?(expires=\d+)&(.*)$/, '?$2&$1')],
    ['a size in another writing', (url: string) => url.replace('size=1000', 'size=1e3')],
    ['a size with a sign', (url: string) => url.replace('size=1000', 'size=%2B1000')],
    ['a size with a zero in front', (url: string) => url.replace('size=1000', 'size=01000')],
    ['an expiry with a zero in front', (url: string) => url.replace('expires=', 'expires=0')],
    [
      'a checksum whose last letter says the same',
      (url: string) =>
        url.replace(/(checksum=.{42})(.)/, (_all, start: string, last: string) => start + sameBits(last)),
    ],
    ['an encoded name', (url: string) => url.replace('app-1', 'app%2D1')],
    ['a detour', (url: string) => url.replace('/objects/', '/objects/x/../')],
    ['an encoded detour', (url: string) => url.replace('/objects/', '/objects/..%2Fobjects%2F')],
    ['a path that leaves the store', (url: string) => url.replace('app-1', '..')],
    ['a second slash', (url: string) => url.replace('app-1/', 'app-1//')],
    ['an empty signature', (url: string) => url.replace(/signature=.*/, 'signature=')],
    ['a short signature', (url: string) => url.slice(0, -1)],
    ['no query', (url: string) => url.replace(/\?.*/, '')],
  ])('refuses %s', async (_name, change) => {
    const upload = await served.store.presignUpload(uploadOf(newKey(), body));
    const { status } = await sendRaw(
      served.origin,
      'PUT',
      change(upload.url).slice(served.origin.length),
      body,
    );
    expect(status).toBe(403);
    expect(await files()).toEqual([]);
  });

  test("another key's signature is refused", async () => {
    const other = createDiskObjectStore({
      directory: served.directory,
      publicURL: served.origin,
      signingKey: randomBytes(32),
      now: () => new Date(),
    });
    const response = await send(await other.store.presignUpload(uploadOf(newKey(), body)), body);
    expect(await refusalOf(response)).toEqual({ status: 403, code: 'UNAUTHENTICATED' });
  });

  test('a longer life than was signed is refused', async () => {
    const { url } = await served.store.presignDownload(newKey());
    const longer = url.replace(/expires=(\d+)/, (_all, expires: string) => `expires=${Number(expires) + 1}`);
    expect((await fetch(longer)).status).toBe(403);
  });

  test('answers can do nothing in a browser', async () => {
    const key = newKey();
    const page = new TextEncoder().encode('<script>alert(1)</script>');
    await send(await served.store.presignUpload(uploadOf(key, page)), page);
    const response = await send(await served.store.presignDownload(key));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/octet-stream',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    await response.arrayBuffer();
    const refused = await fetch(`${served.origin}/objects/x`);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  test('leaves other paths to others', async () => {
    expect(await (await fetch(`${served.origin}/elsewhere`)).text()).toBe('elsewhere');
    expect((await fetch(`${served.origin}/objectsx`)).status).toBe(404);
  });

  test('when its directory is gone, everything fails, and nothing seems missing or deleted', async () => {
    const key = newKey();
    const upload = await served.store.presignUpload(uploadOf(key, body));
    await send(upload, body);
    await rename(served.directory, `${served.directory}-away`);
    for (const stand of ['nothing', 'an empty directory']) {
      if (stand !== 'nothing') await mkdir(served.directory);
      await expect(served.store.head(key)).rejects.toThrow();
      await expect(served.store.delete([key])).rejects.toThrow();
      await expect(served.store.list('app-1', { limit: 10, after: null })).rejects.toThrow();
      await expect(served.store.ping()).rejects.toThrow();
      expect((await send(await served.store.presignDownload(key))).status).toBe(500);
      expect((await send(upload, body)).status).toBe(500);
    }
    expect(served.errors).toHaveLength(4);
  });

  describe('of an upload in parts', () => {
    const parts = [0, 1, 2].map(() => new Uint8Array(randomBytes(2000)));
    const size = 6000;
    const sendParts = async () => {
      const key = newKey();
      const upload = { key, uploadId: await served.store.beginMultipart(key) };
      for (const [index, part] of parts.entries())
        await send(
          await served.store.presignPart({ ...upload, ...uploadOf(key, part), number: index + 1 }),
          part,
        );
      return upload;
    };
    const contentOf = async (key: string) => {
      const response = await send(await served.store.presignDownload(key));
      return Buffer.from(await response.arrayBuffer());
    };

    test('moves the parts into place, and copies none', async () => {
      const upload = await sendParts();
      const inodes = async () => {
        const entries = await readdir(served.directory, { recursive: true, withFileTypes: true });
        const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
        return Promise.all(paths.sort().map(async (path) => (await stat(path)).ino));
      };
      const before = await inodes();
      expect(await served.store.completeMultipart({ ...upload, size })).toBe(true);
      expect(await inodes()).toEqual(before);
      expect((await contentOf(upload.key)).equals(Buffer.concat(parts))).toBe(true);
      const { objects } = await served.store.list('app-1', { limit: 10, after: null });
      expect(objects).toEqual([{ key: upload.key, size, storedAt: expect.any(Date) }]);
    });

    test('removes the object with all its parts', async () => {
      const upload = await sendParts();
      await served.store.completeMultipart({ ...upload, size });
      await served.store.delete([upload.key]);
      expect(await files()).toEqual([]);
      expect(await served.store.head(upload.key)).toBeNull();
    });

    test('goes on where a process ended that was making it an object', async () => {
      const upload = await sendParts();
      const open = join(served.directory, '.parts', upload.key, upload.uploadId);
      await rename(open, `${open}.closed`);
      const late = uploadOf(upload.key, parts[0]!);
      const answer = await send(await served.store.presignPart({ ...upload, ...late, number: 4 }), parts[0]!);
      expect((await refusalOf(answer)).code).toBe('UPLOAD_MISSING');
      expect(await served.store.completeMultipart({ ...upload, size: size + 1 })).toBe(false);
      expect(await served.store.completeMultipart({ ...upload, size })).toBe(true);
      expect((await contentOf(upload.key)).equals(Buffer.concat(parts))).toBe(true);
    });

    test('given up there, leaves nothing', async () => {
      const upload = await sendParts();
      const open = join(served.directory, '.parts', upload.key, upload.uploadId);
      await rename(open, `${open}.closed`);
      await served.store.abortMultipart(upload);
      expect(await files()).toEqual([]);
    });

    test('an object that has lost a part is none', async () => {
      const upload = await sendParts();
      await served.store.completeMultipart({ ...upload, size });
      const download = await served.store.presignDownload(upload.key);
      const group = upload.key.slice('app-1/lunasec-'.length).slice(0, 2);
      await rm(join(served.directory, 'app-1', group, upload.key.split('/')[1]!, '2'));
      expect(await served.store.head(upload.key)).toBeNull();
      expect((await send(download)).status).toBe(404);
    });
  });

  test('lists objects only: no stray file, and none that lies in the wrong place', async () => {
    const key = newKey();
    await send(await served.store.presignUpload(uploadOf(key, body)), body);
    const top = join(served.directory, 'app-1');
    await writeFile(join(top, '.DS_Store'), 'x');
    await mkdir(join(top, 'zz'));
    await writeFile(join(top, 'zz', newKey().split('/')[1]!), 'x');
    const group = key.slice('app-1/lunasec-'.length).slice(0, 2);
    await writeFile(join(top, group, 'notes.txt'), 'x');
    const elsewhere = `lunasec-${group === '00' ? '01' : '00'}${newKey().slice('app-1/lunasec-00'.length)}`;
    await writeFile(join(top, group, elsewhere), 'x');
    await mkdir(join(top, group, `lunasec-${group}${newKey().slice('app-1/lunasec-00'.length)}`));
    const { objects } = await served.store.list('app-1', { limit: 10, after: null });
    expect(objects.map((it) => it.key)).toEqual([key]);
  });

  test('removes what transfers left behind whose process ended, but none that may be under way', async () => {
    const [old, fresh] = ['old', 'fresh'].map((name) => join(served.directory, '.partial', name));
    await writeFile(old!, 'x');
    await writeFile(fresh!, 'x');
    const hoursAgo = new Date(Date.now() - 2 * 3600_000);
    await utimes(old!, hoursAgo, hoursAgo);
    createDiskObjectStore({
      directory: served.directory,
      publicURL: served.origin,
      signingKey: randomBytes(32),
      now: () => new Date(),
    });
    await until(async () => !(await files()).includes('old'));
    expect(await files()).toEqual(['fresh']);
  });

  test('removes them as well whenever somebody begins to look through the store', async () => {
    const [old, fresh] = ['old', 'fresh'].map((name) => join(served.directory, '.partial', name));
    await served.store.list('shop', { limit: 1000, after: null });
    await writeFile(old!, 'x');
    await writeFile(fresh!, 'x');
    const hoursAgo = new Date(Date.now() - 2 * 3600_000);
    await utimes(old!, hoursAgo, hoursAgo);
    await served.store.list('shop', { limit: 1000, after: newKey() });
    expect((await files()).sort()).toEqual(['fresh', 'old']);
    await served.store.list('shop', { limit: 1000, after: null });
    expect(await files()).toEqual(['fresh']);
  });
});

/** The next letter of base64url: in last place of 32 bytes, it differs in bits that mean nothing. */
function sameBits(letter: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(letter) + 1]!;
}

/** Waits for something that happens on the other side of a connection. The test's own time limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

/** Sends a path as it is: `fetch` would tidy it up. */
function sendRaw(
  origin: string,
  method: string,
  path: string,
  body: Uint8Array,
): Promise<{ status: number | undefined }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sending = request(
      { hostname, port, method, path, headers: { 'content-length': body.length } },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode });
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}
