import { recordFigures } from '@lunasec/proof';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createHash, createHmac } from 'node:crypto';
import { createPresign } from './presign.js';

let vectors = 0;
afterAll(() => recordFigures('Vectors: AWS Signature Version 4', { cases: vectors }));

// Those of AWS's documentation; they open nothing.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const at = new Date('2013-05-24T00:00:00Z');

/** Signs a URL's query, step by step as https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html says. */
function signatureOf(method: string, url: URL, headers: Record<string, string>): string {
  const encode = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('');
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const signed = url.searchParams.get('X-Amz-SignedHeaders')!.split(';');
  const request = [
    method,
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    ...signed.map((name) => `${name}:${name === 'host' ? url.host : headers[name]!.trim()}`),
    '',
    signed.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const [, day, region, service] = url.searchParams.get('X-Amz-Credential')!.split('/') as [
    string,
    string,
    string,
    string,
  ];
  const scope = `${day}/${region}/${service}/aws4_request`;
  const hash = createHash('sha256').update(request).digest('hex');
  const text = ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), scope, hash].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

describe('AWS Signature Version 4 in the query', () => {
  test('(the steps give the signature of the example in AWS’s documentation)', () => {
    const example = new URL(
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host',
    );
    expect(signatureOf('GET', example, {})).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
    vectors++;
  });

  const checksum = createHash('sha256').update('body').digest('base64');
  test.each([
    ['the download of the example, for a minute', 'GET', 'test.txt', {}, {}],
    [
      'a download with an answer that is pinned',
      'GET',
      'app-1/lunasec-1',
      { 'response-cache-control': 'no-store', 'response-content-type': 'a/b; c="d e"' },
      {},
    ],
    [
      'an upload with headers that are pinned',
      'PUT',
      'app-1/lunasec-1',
      { 'x-id': "PutObject!'()*" },
      { 'content-length': '4', 'if-none-match': '*', 'x-amz-checksum-sha256': checksum },
    ],
    [
      'a part of an upload',
      'PUT',
      'app-1/lunasec-1',
      { partNumber: '7', uploadId: 'a+b/c==' },
      { 'content-length': '4' },
    ],
  ] as const)('%s is signed as the steps say', async (_, method, key, query, headers) => {
    for (const bucket of ['https://examplebucket.s3.amazonaws.com', 'http://127.0.0.1:7070/examplebucket']) {
      const presign = createPresign({ bucketURL: new URL(bucket), region: 'us-east-1', credentials });
      const url = new URL(await presign({ method, key, query: { ...query }, headers: { ...headers }, at }));
      expect(url.searchParams.get('X-Amz-Expires')).toBe('60');
      for (const name of Object.keys(headers))
        expect(url.searchParams.get('X-Amz-SignedHeaders')!.split(';')).toContain(name);
      expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(method, url, headers));
      vectors++;
    }
  });
});
