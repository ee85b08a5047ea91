import { recordFigures } from '@lunasec/proof';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { hashOf } from './hash.js';

let vectors = 0;
afterAll(() => recordFigures('Vectors: HMAC of the audit', { cases: vectors }));

/** HMAC by RFC 2104 §2, of the hash alone. */
function hmac(key: Buffer, data: Buffer): Buffer {
  const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const block = Buffer.alloc(64);
  (key.length > 64 ? sha256(key) : key).copy(block);
  const pad = (byte: number) => Buffer.from(block.map((each) => each ^ byte));
  return sha256(pad(0x5c), sha256(pad(0x36), data));
}

/** RFC 4231 §4: test cases 1 to 4, 6 and 7. */
const cases: [number, Buffer, Buffer, string][] = [
  [
    1,
    Buffer.alloc(20, 0x0b),
    Buffer.from('Hi There'),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    2,
    Buffer.from('Jefe'),
    Buffer.from('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    3,
    Buffer.alloc(20, 0xaa),
    Buffer.alloc(50, 0xdd),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  ],
  [
    4,
    Buffer.from('0102030405060708090a0b0c0d0e0f10111213141516171819', 'hex'),
    Buffer.alloc(50, 0xcd),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    6,
    Buffer.alloc(131, 0xaa),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    7,
    Buffer.alloc(131, 0xaa),
    Buffer.from(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

describe('HMAC-SHA-256, as the audit is chained with it', () => {
  test.each(cases)('RFC 4231, test case %i', (_number, key, data, expected) => {
    expect(hmac(key, data).toString('hex')).toBe(expected);
    expect(createHmac('sha256', createSecretKey(key)).update(data).digest('hex')).toBe(expected);
    vectors++;
  });

  test.each(cases)(
    'under the key of test case %i an event has the hash that RFC 2104 gives',
    (number, key) => {
      const event: Omit<AuditEvent, 'hash'> = {
        id: 'id',
        at: new Date(0),
        instance: 'i',
        chain: 'c',
        number,
        applicationId: 'shop',
        sessionId: null,
        requestId: null,
        action: 'tokenize',
        token: 'lunasec-1',
        outcome: 'ok',
        code: null,
        details: '{"ü":1}',
      };
      const text = `["lunasec-audit-1","before","c",${number},"id","1970-01-01T00:00:00.000Z","i","shop",null,null,"tokenize","lunasec-1","ok",null,"{\\"ü\\":1}"]`;
      expect(hashOf(event, 'before', createSecretKey(key))).toBe(
        hmac(key, Buffer.from(text)).toString('base64url'),
      );
      vectors++;
    },
  );
});
