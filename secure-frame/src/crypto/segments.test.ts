import { describe, expect, test } from '@jest/globals';
import { additionalDataOf, importKey, nonceOf, open, seal } from './segments.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

/** AES-256 cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", submitted to NIST. */
const vectors = [
  {
    name: '13: nothing',
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    plaintext: '',
    additional: '',
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: '14: one block',
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    plaintext: '00'.repeat(16),
    additional: '',
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: '15: four blocks',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    iv: 'cafebabefacedbaddecaf888',
    plaintext:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    additional: '',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad' +
      'b094dac5d93471bdec1a502270e3cc6c',
  },
  {
    name: '16: with additional data',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    iv: 'cafebabefacedbaddecaf888',
    plaintext:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    additional: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

describe.each(vectors)('AES-256-GCM, case $name', ({ key, iv, plaintext, additional, sealed }) => {
  test('seals', async () => {
    const made = await seal(
      await importKey(bytes(key), 'encrypt'),
      bytes(iv),
      bytes(additional),
      bytes(plaintext),
    );
    expect(hex(made)).toBe(sealed);
  });

  test('opens', async () => {
    const opened = await open(
      await importKey(bytes(key), 'decrypt'),
      bytes(iv),
      bytes(additional),
      bytes(sealed),
    );
    expect(hex(opened)).toBe(plaintext);
  });

  test('does not open with a bit of the tag changed', async () => {
    const altered = bytes(sealed);
    altered[altered.length - 1]! ^= 1;
    const opened = open(await importKey(bytes(key), 'decrypt'), bytes(iv), bytes(additional), altered);
    await expect(opened).rejects.toMatchObject({ name: 'OperationError' });
  });
});

describe('the place of a segment', () => {
  const place = { token: 'ab', iv: bytes('000000000000000000000001'), index: 0, last: false };

  test('nonces of one value differ for all segments', () => {
    const nonces = Array.from({ length: 1000 }, (_, index) => hex(nonceOf({ ...place, index })));
    expect(new Set(nonces).size).toBe(1000);
    expect(nonces.slice(0, 3)).toEqual([
      '000000000000000000000001',
      '000000000000000000000000',
      '000000000000000000000003',
    ]);
  });

  test('making a nonce leaves the iv alone', () => {
    nonceOf({ ...place, index: 5 });
    expect(hex(place.iv)).toBe('000000000000000000000001');
  });

  test('is in the additional data: token, number, whether it is the last', () => {
    expect(hex(additionalDataOf(place))).toBe('616200' + '00000000' + '00');
    expect(hex(additionalDataOf({ ...place, index: 258, last: true }))).toBe('616200' + '00000102' + '01');
  });
});
