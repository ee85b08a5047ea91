import { createToken } from '@lunasec/secure-frame/protocol';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { ObjectPage, ObjectStore } from '../../stores/object-store/port.js';

/** A store that answers over HTTP, whose clock can be moved. */
export interface ServedObjectStore {
  store: ObjectStore;
  /** What `now` of the store gives from then on, in milliseconds from the real time. */
  shiftClock(milliseconds: number): void;
  close(): Promise<void>;
}

export const newKey = (application = 'app-1'): string => `${application}/${createToken()}`;
export const checksumOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('base64');

export const uploadOf = (key: string, body: Uint8Array) => ({
  key,
  size: body.length,
  checksum: checksumOf(body),
});

interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
}

export const send = ({ url, method, headers }: Signed, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
  fetch(url, { method, headers, ...(body ? { body } : {}) });

/** What every object store must do, over real HTTP. */
export function describeObjectStore(name: string, open: () => Promise<ServedObjectStore>): void {
  describe(`${name} as an object store`, () => {
    let served: ServedObjectStore;
    let store: ObjectStore;
    beforeAll(async () => {
      served = await open();
      store = served.store;
    });
    afterAll(() => served?.close());

    const body = new Uint8Array(randomBytes(5000));
    const put = async (key: string, content = body) => {
      const { status } = await send(await store.presignUpload(uploadOf(key, content)), content);
      expect(status).toBe(200);
    };
    const expectNothing = async (key: string) => {
      expect(await store.head(key)).toBeNull();
      expect((await send(await store.presignDownload(key))).status).toBe(404);
    };
    const changed = (signed: Signed, change: (url: URL) => void): Signed => {
      const url = new URL(signed.url);
      change(url);
      return { ...signed, url: url.href };
    };

    describe('a presigned upload', () => {
      test('works for a minute, and what it stored is there', async () => {
        const key = newKey();
        expect(await store.head(key)).toBeNull();
        const before = Date.now();
        const upload = await store.presignUpload(uploadOf(key, body));
        expect(upload.method).toBe('PUT');
        expect(upload.expiresAt.getTime()).toBeGreaterThan(before + 58_000);
        expect(upload.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
        expect((await send(upload, body)).status).toBe(200);
        expect(await store.head(key)).toEqual({ size: body.length });
        const download = await send(await store.presignDownload(key));
        expect(new Uint8Array(await download.arrayBuffer())).toEqual(body);
      });

      test.each([1, 65_536, 3_000_001])('takes %d bytes', async (size) => {
        const key = newKey();
        const content = new Uint8Array(randomBytes(size));
        await put(key, content);
        expect(await store.head(key)).toEqual({ size });
        const download = await send(await store.presignDownload(key));
        expect(Buffer.from(await download.arrayBuffer()).equals(content)).toBe(true);
      });

      test('creates only: a second one is refused, and changes nothing', async () => {
        const key = newKey();
        const first = await store.presignUpload(uploadOf(key, body));
        await send(first, body);
        expect([409, 412]).toContain((await send(first, body)).status);

        const other = new Uint8Array(randomBytes(100));
        const second = await send(await store.presignUpload(uploadOf(key, other)), other);
        expect([409, 412]).toContain(second.status);
        expect(await store.head(key)).toEqual({ size: body.length });
      });

      test('of many at once one is kept, whole', async () => {
        const key = newKey();
        const bodies = Array.from({ length: 6 }, (_, index) => new Uint8Array(200_000).fill(index));
        const uploads = await Promise.all(bodies.map((it) => store.presignUpload(uploadOf(key, it))));
        const statuses = await Promise.all(
          uploads.map(async (upload, index) => (await send(upload, bodies[index])).status),
        );
        expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        expect(statuses.every((status) => [200, 409, 412].includes(status))).toBe(true);
        const download = await send(await store.presignDownload(key));
        expect(new Uint8Array(await download.arrayBuffer())).toEqual(bodies[statuses.indexOf(200)]);
      });

      test('is refused once it expired', async () => {
        const key = newKey();
        served.shiftClock(-61_000);
        const upload = await store.presignUpload(uploadOf(key, body)).finally(() => served.shiftClock(0));
        const response = await send(upload, body);
        expect(response.status).toBe(403);
        await expectNothing(key);
      });

      test.each<[string, Uint8Array<ArrayBuffer>]>([
        ['longer', new Uint8Array([...body, 0])],
        ['shorter', body.slice(0, -1)],
        ['empty', new Uint8Array(0)],
      ])('refuses a body that is %s', async (_name, content) => {
        const key = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        const { status } = await send(upload, content);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        await expectNothing(key);
      });

      test('refuses a body of the right length with another checksum', async () => {
        const key = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        const other = body.slice();
        other[2500]! ^= 1;
        const { status } = await send(upload, other);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        await expectNothing(key);
      });

      test('refuses a body that says no length', async () => {
        const key = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        const response = await fetch(upload.url, {
          method: 'PUT',
          headers: upload.headers,
          body: new Blob([body]).stream(),
          duplex: 'half',
        } as RequestInit);
        expect(response.status).toBeGreaterThanOrEqual(400);
        await expectNothing(key);
      });

      test('keeps nothing of a transfer that breaks off', async () => {
        const key = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        await breakOff(upload, body);
        await expectNothing(key);
        expect((await send(upload, body)).status).toBe(200);
      });

      test('refuses every change of its URL', async () => {
        const key = newKey();
        const other = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        const parameters = [...new URL(upload.url).searchParams.keys()];
        const changes: ((url: URL) => void)[] = [
          (url) => void (url.pathname = url.pathname.replace(key, other)),
          (url) => void (url.pathname = url.pathname.replace('app-1', 'app-2')),
          ...parameters.flatMap((name): ((url: URL) => void)[] => [
            (url) => url.searchParams.delete(name),
            (url) => url.searchParams.set(name, altered(url.searchParams.get(name)!)),
          ]),
        ];
        for (const change of changes) {
          const { status } = await send(changed(upload, change), body);
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
        await expectNothing(key);
        await expectNothing(other);
        expect(await store.head(key.replace('app-1', 'app-2'))).toBeNull();
      });

      test('refuses without any of its headers, and with any other value of them', async () => {
        const key = newKey();
        const upload = await store.presignUpload(uploadOf(key, body));
        for (const [name, value] of Object.entries(upload.headers)) {
          const { [name]: _, ...others } = upload.headers;
          for (const headers of [others, { ...others, [name]: altered(value) }]) {
            const { status } = await send({ ...upload, headers }, body);
            expect(status).toBeGreaterThanOrEqual(400);
            expect(status).toBeLessThan(500);
          }
        }
        await expectNothing(key);
      });

      test.each([
        ['of the same length', new Uint8Array(body.length)],
        ['of another length', new Uint8Array(10)],
      ])('has a signature that is of no use for another body %s', async (_name, other) => {
        const key = newKey();
        const mine = await store.presignUpload(uploadOf(key, body));
        const theirs = await store.presignUpload(uploadOf(key, other));
        const name = ['signature', 'X-Amz-Signature'].find((it) => new URL(mine.url).searchParams.has(it))!;
        const signature = new URL(mine.url).searchParams.get(name)!;
        const forged = changed(theirs, (url) => url.searchParams.set(name, signature));
        expect((await send(forged, other)).status).toBe(403);
        await expectNothing(key);
        expect((await send(theirs, other)).status).toBe(200);
      });

      test.each(['GET', 'DELETE', 'POST', 'HEAD'])('is of no use for %s', async (method) => {
        const key = newKey();
        await put(key);
        const upload = await store.presignUpload(uploadOf(key, body));
        const response = await fetch(upload.url, { method, headers: upload.headers });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await response.text()).not.toContain(Buffer.from(body).toString('latin1'));
        expect(await store.head(key)).toEqual({ size: body.length });
      });
    });

    describe('an upload in parts', () => {
      // Of S3, no part but the last may be smaller.
      const full = new Uint8Array(randomBytes(5 * 1024 * 1024));
      const rest = new Uint8Array(randomBytes(1000));
      const size = full.length + rest.length;
      const begin = async () => {
        const key = newKey();
        return { key, uploadId: await store.beginMultipart(key) };
      };
      type Begun = Awaited<ReturnType<typeof begin>>;
      const partOf = (upload: Begun, number: number, content: Uint8Array) => ({
        ...upload,
        ...uploadOf(upload.key, content),
        number,
      });
      const sendPart = async (upload: Begun, number: number, content: Uint8Array<ArrayBuffer>) =>
        send(await store.presignPart(partOf(upload, number, content)), content);
      const sendAll = async (upload: Begun) => {
        expect((await sendPart(upload, 2, rest)).status).toBe(200);
        expect((await sendPart(upload, 1, full)).status).toBe(200);
      };

      test('becomes one object, of its parts in the order of their numbers, when it is completed', async () => {
        const upload = await begin();
        const before = Date.now();
        const part = await store.presignPart(partOf(upload, 1, full));
        expect(part.method).toBe('PUT');
        expect(part.expiresAt.getTime()).toBeGreaterThan(before + 58_000);
        expect(part.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
        await sendAll(upload);
        await expectNothing(upload.key);
        expect(await store.completeMultipart({ ...upload, size })).toBe(true);
        expect(await store.head(upload.key)).toEqual({ size });
        const download = await send(await store.presignDownload(upload.key));
        const got = Buffer.from(await download.arrayBuffer());
        expect(got.equals(Buffer.concat([full, rest]))).toBe(true);
      });

      test('may be completed again, as when the answer was lost, and at the same time', async () => {
        const upload = await begin();
        await sendAll(upload);
        const answers = await Promise.all(
          Array.from({ length: 3 }, () => store.completeMultipart({ ...upload, size })),
        );
        expect(answers).toContain(true);
        expect(await store.completeMultipart({ ...upload, size })).toBe(true);
        expect(await store.completeMultipart({ ...upload, size: size + 1 })).toBe(false);
        expect(await store.head(upload.key)).toEqual({ size });
      });

      test('takes a part again, and keeps the later one', async () => {
        const upload = await begin();
        const other = new Uint8Array(randomBytes(2000));
        await sendPart(upload, 1, rest);
        expect((await sendPart(upload, 1, other)).status).toBe(200);
        expect(await store.completeMultipart({ ...upload, size: other.length })).toBe(true);
        const download = await send(await store.presignDownload(upload.key));
        expect(new Uint8Array(await download.arrayBuffer())).toEqual(other);
      });

      test('is not completed while a part is missing, or with another size', async () => {
        const upload = await begin();
        expect(await store.completeMultipart({ ...upload, size: 0 })).toBe(false);
        await sendPart(upload, 2, rest);
        expect(await store.completeMultipart({ ...upload, size: rest.length })).toBe(false);
        await sendPart(upload, 1, full);
        expect(await store.completeMultipart({ ...upload, size: size - 1 })).toBe(false);
        await expectNothing(upload.key);
        expect(await store.completeMultipart({ ...upload, size })).toBe(true);
      });

      test('never takes the place of an object', async () => {
        const upload = await begin();
        await sendAll(upload);
        await put(upload.key);
        expect(await store.completeMultipart({ ...upload, size })).toBe(false);
        expect(await store.head(upload.key)).toEqual({ size: body.length });
        await store.abortMultipart(upload);
      });

      test('given up, is gone with its parts, and takes no more', async () => {
        const upload = await begin();
        await sendAll(upload);
        const late = await store.presignPart(partOf(upload, 3, rest));
        await store.abortMultipart(upload);
        const { status } = await send(late, rest);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(await store.completeMultipart({ ...upload, size })).toBe(false);
        await expectNothing(upload.key);
        await store.abortMultipart(upload);
      });

      test('giving up one that is completed leaves the object', async () => {
        const upload = await begin();
        await sendAll(upload);
        await store.completeMultipart({ ...upload, size });
        await store.abortMultipart(upload);
        expect(await store.head(upload.key)).toEqual({ size });
      });

      test('leaves other uploads of the same name alone', async () => {
        const upload = await begin();
        const second = { key: upload.key, uploadId: await store.beginMultipart(upload.key) };
        await sendAll(upload);
        await sendPart(second, 1, rest);
        await store.abortMultipart(second);
        expect(await store.completeMultipart({ ...upload, size })).toBe(true);
      });

      test.each<[string, Uint8Array<ArrayBuffer>]>([
        ['longer', new Uint8Array([...rest, 0])],
        ['shorter', rest.slice(0, -1)],
        ['another', new Uint8Array(rest.length)],
      ])('refuses a part that is %s', async (_name, content) => {
        const upload = await begin();
        const { status } = await send(await store.presignPart(partOf(upload, 1, rest)), content);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(await store.completeMultipart({ ...upload, size: content.length })).toBe(false);
        await store.abortMultipart(upload);
      });

      test('refuses a part once its URL expired', async () => {
        const upload = await begin();
        served.shiftClock(-61_000);
        const part = await store.presignPart(partOf(upload, 1, rest)).finally(() => served.shiftClock(0));
        expect((await send(part, rest)).status).toBe(403);
        await store.abortMultipart(upload);
      });

      test('refuses every change of a part’s URL and headers: of upload, number, key, size, digest', async () => {
        const upload = await begin();
        const other = await begin();
        const part = await store.presignPart(partOf(upload, 1, rest));
        const changes: ((url: URL) => void)[] = [
          (url) => void (url.pathname = url.pathname.replace(upload.key, other.key)),
          (url) => void (url.href = url.href.replace(upload.uploadId, other.uploadId)),
          ...[...new URL(part.url).searchParams.keys()].flatMap((name): ((url: URL) => void)[] => [
            (url) => url.searchParams.delete(name),
            (url) => url.searchParams.set(name, altered(url.searchParams.get(name)!)),
          ]),
        ];
        const tries = [
          ...changes.map((change) => changed(part, change)),
          ...Object.keys(part.headers).map((name) => ({
            ...part,
            headers: { ...part.headers, [name]: altered(part.headers[name]!) },
          })),
        ];
        for (const it of tries) {
          const { status } = await send(it, rest);
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
        expect(await store.completeMultipart({ ...upload, size: rest.length })).toBe(false);
        await store.abortMultipart(upload);
        await store.abortMultipart(other);
      });

      test('a part’s URL is of no use for an object, nor the other way round', async () => {
        const upload = await begin();
        const part = await store.presignPart(partOf(upload, 1, rest));
        const whole = await store.presignUpload(uploadOf(upload.key, rest));
        const asWhole = changed(part, (url) => {
          for (const name of ['upload', 'part', 'uploadId', 'partNumber']) url.searchParams.delete(name);
        });
        expect((await send(asWhole, rest)).status).toBe(403);
        const asPart = changed(whole, (url) => {
          for (const name of ['upload', 'part', 'uploadId', 'partNumber']) {
            const value = new URL(part.url).searchParams.get(name);
            if (value !== null) url.searchParams.set(name, value);
          }
        });
        expect((await send(asPart, rest)).status).toBe(403);
        await expectNothing(upload.key);
        await store.abortMultipart(upload);
      });

      test.each([0, -1, 1.5, 10_001, Number.NaN])('%d is no number of a part', async (number) => {
        const upload = { key: newKey(), uploadId: '00000000-0000-4000-8000-000000000000' };
        await expect(store.presignPart(partOf(upload, number, rest))).rejects.toThrow(TypeError);
      });
    });

    describe('a presigned download', () => {
      test('works for a minute, and its answer is neither stored nor guessed at', async () => {
        const key = newKey();
        await put(key);
        const before = Date.now();
        const download = await store.presignDownload(key);
        expect(download.method).toBe('GET');
        expect(download.expiresAt.getTime()).toBeGreaterThan(before + 58_000);
        expect(download.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
        const response = await send(download);
        expect(response.status).toBe(200);
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('content-type')).toBe('application/octet-stream');
        expect(response.headers.get('content-length')).toBe(String(body.length));
        await response.arrayBuffer();
      });

      test('finds nothing where nothing is', async () => {
        expect((await send(await store.presignDownload(newKey()))).status).toBe(404);
      });

      test('is refused once it expired', async () => {
        const key = newKey();
        await put(key);
        served.shiftClock(-61_000);
        const download = await store.presignDownload(key).finally(() => served.shiftClock(0));
        expect((await send(download)).status).toBe(403);
      });

      test('refuses every change of its URL', async () => {
        const [key, other] = [newKey(), newKey()];
        await put(key);
        await put(other);
        const download = await store.presignDownload(key);
        const parameters = [...new URL(download.url).searchParams.keys()];
        const changes: ((url: URL) => void)[] = [
          (url) => void (url.pathname = url.pathname.replace(key, other)),
          ...parameters.flatMap((name): ((url: URL) => void)[] => [
            (url) => url.searchParams.delete(name),
            (url) => url.searchParams.set(name, altered(url.searchParams.get(name)!)),
          ]),
        ];
        for (const change of changes) {
          const response = await send(changed(download, change));
          expect(response.status).toBeGreaterThanOrEqual(400);
          expect(response.status).toBeLessThan(500);
        }
      });

      test.each(['PUT', 'DELETE', 'POST'])('is of no use for %s', async (method) => {
        const key = newKey();
        await put(key);
        const { url } = await store.presignDownload(key);
        const response = await fetch(url, { method, ...(method === 'DELETE' ? {} : { body }) });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await store.head(key)).toEqual({ size: body.length });
      });
    });

    describe('deleting', () => {
      test('removes objects, and missing ones are fine', async () => {
        const [first, second, kept] = [newKey(), newKey(), newKey()];
        for (const key of [first, second, kept]) await put(key);
        await store.delete([first, newKey('nobody'), second, newKey()]);
        await expectNothing(first);
        await expectNothing(second);
        expect(await store.head(kept)).toEqual({ size: body.length });
        await store.delete([first]);
        await store.delete([]);
      });

      test('takes more than a thousand at a time', async () => {
        const key = newKey();
        await put(key);
        await store.delete([...Array.from({ length: 1200 }, () => newKey()), key]);
        expect(await store.head(key)).toBeNull();
      });
    });

    describe('listing', () => {
      // Applications of its own, so that what other tests stored is not in the way.
      const newApplication = () => `app-${randomBytes(6).toString('hex')}`;
      const listAll = async (application: string, limit: number) => {
        const pages: string[][] = [];
        let after: string | null = null;
        do {
          const page: ObjectPage = await store.list(application, { limit, after });
          pages.push(page.objects.map(({ key }) => key));
          after = page.next;
        } while (after !== null);
        return pages;
      };

      test('tells key, size and time of an application’s objects, and of no other’s', async () => {
        const application = newApplication();
        const key = newKey(application);
        const before = Date.now();
        await put(key);
        // One whose id only begins the same.
        await put(newKey(`${application}-2`));
        const { objects, next } = await store.list(application, { limit: 10, after: null });
        expect(next).toBeNull();
        expect(objects).toEqual([{ key, size: body.length, storedAt: expect.any(Date) }]);
        // S3 counts in whole seconds, and its clock is its own.
        expect(Math.abs(objects[0]!.storedAt.getTime() - before)).toBeLessThan(600_000);
        expect(await store.list(newApplication(), { limit: 10, after: null })).toEqual({
          objects: [],
          next: null,
        });
      });

      test.each([1, 2, 3, 7, 8, 1000])('comes in pages of up to %d, in order, each once', async (limit) => {
        const application = newApplication();
        const keys = Array.from({ length: 7 }, () => newKey(application));
        for (const key of keys) await put(key, new Uint8Array(randomBytes(10)));
        const pages = await listAll(application, limit);
        expect(pages.every((page) => page.length <= limit)).toBe(true);
        expect(pages.flat()).toEqual([...keys].sort());
      });

      test('goes on where it was, whatever was added or went meanwhile', async () => {
        const application = newApplication();
        const keys = Array.from({ length: 6 }, () => newKey(application)).sort();
        for (const key of [0, 1, 3, 5].map((index) => keys[index]!)) await put(key);
        const { next } = await store.list(application, { limit: 2, after: null });
        await store.delete([keys[1]!, keys[3]!]);
        await put(keys[2]!);
        const rest = await store.list(application, { limit: 1000, after: next });
        expect(rest.objects.map(({ key }) => key)).toEqual([keys[2], keys[5]]);
        expect(rest.next).toBeNull();
      });

      test.each(['', '..', '.', 'a/b', 'app 1', '.partial', '*'])(
        '%j is no application',
        async (application) => {
          await expect(store.list(application, { limit: 10, after: null })).rejects.toThrow(TypeError);
        },
      );
    });

    test.each([
      '',
      'app-1',
      'app-1/',
      '/etc/passwd',
      '../app-1/lunasec-00000000-0000-4000-8000-000000000000',
      'app-1/../../etc/passwd',
      '../lunasec-00000000-0000-4000-8000-000000000000',
      './lunasec-00000000-0000-4000-8000-000000000000',
      'app-1/lunasec-00000000-0000-4000-8000-000000000000/x',
      'app-1/lunasec-00000000-0000-4000-8000-000000000000?x',
      'app-1/lunasec-00000000-0000-4000-8000-000000000000\n',
      'app 1/lunasec-00000000-0000-4000-8000-000000000000',
    ])('%j is no key', async (key) => {
      await expect(store.presignUpload(uploadOf(key, body))).rejects.toThrow(TypeError);
      await expect(store.beginMultipart(key)).rejects.toThrow(TypeError);
      const upload = { key, uploadId: '00000000-0000-4000-8000-000000000000' };
      await expect(store.presignPart({ ...upload, ...uploadOf(key, body), number: 1 })).rejects.toThrow(
        TypeError,
      );
      await expect(store.completeMultipart({ ...upload, size: 1 })).rejects.toThrow(TypeError);
      await expect(store.abortMultipart(upload)).rejects.toThrow(TypeError);
      await expect(store.presignDownload(key)).rejects.toThrow(TypeError);
      await expect(store.head(key)).rejects.toThrow(TypeError);
      await expect(store.delete([key])).rejects.toThrow(TypeError);
    });

    test.each([
      ['size', { size: -1 }],
      ['size', { size: 1.5 }],
      ['size', { size: Number.NaN }],
      ['checksum', { checksum: '' }],
      ['checksum', { checksum: 'AAAA' }],
      ['checksum', { checksum: `${'A'.repeat(43)}=\r\nx: y` }],
    ])('an upload of no sound %s is not signed', async (_name, change) => {
      await expect(store.presignUpload({ ...uploadOf(newKey(), body), ...change })).rejects.toThrow(
        TypeError,
      );
    });

    test('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}

/** The same text with another character in its middle, of the same kind. */
function altered(text: string): string {
  const middle = text.length >> 1;
  const replacement = text[middle] === '1' ? '2' : '1';
  return text.slice(0, middle) + replacement + text.slice(middle + 1);
}

/** Sends half of a body and hangs up once that half is on its way. */
function breakOff({ url, method, headers }: Signed, body: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const sending = request(url, { method, headers: { ...headers, 'content-length': body.length } });
    sending.on('error', () => resolve());
    sending.write(body.subarray(0, body.length >> 1), () => sending.destroy(new Error('Hung up.')));
  });
}
