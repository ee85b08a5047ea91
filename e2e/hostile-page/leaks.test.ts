import { describe, expect, test } from '@jest/globals';
import { encodingsOf, findLeaks } from './leaks.js';

const hidden = {
  texts: ['Wyvern? Quixotry!', 'Jumping'],
  secrets: ['a+b/c', 'https://objects.test/x?sig=1'],
};

describe('what is a leak', () => {
  test.each(encodingsOf(hidden.texts[0]!).map((encoded, index) => [index, encoded] as const))(
    'a text in encoding %i',
    (_index, encoded) => {
      expect(findLeaks(`before ${encoded} after`, hidden)).toHaveLength(1);
    },
  );

  test('a text within a longer one, in base64', () => {
    for (const before of ['', 'x', 'xy', 'xyz'])
      expect(findLeaks(btoa(`${before}${hidden.texts[0]!}tail`), hidden)).toHaveLength(1);
  });

  test('four signs of it in a row, in any case; three are none', () => {
    expect(findLeaks('vern', hidden)).toHaveLength(1);
    expect(findLeaks('QUIX', hidden)).toHaveLength(1);
    expect(findLeaks(String([106, 117, 109, 112].map((code) => code - 32)), hidden)).toEqual([]);
    expect(findLeaks('Wyv Jum', hidden)).toEqual([]);
  });

  test('a secret, as it is or in an address, and whatever looks like a JWT', () => {
    expect(findLeaks('key a+b/c.', hidden)).toEqual(['secret 0']);
    expect(findLeaks('?key=a%2Bb%2Fc', hidden)).toEqual(['secret 0']);
    expect(findLeaks('eyJhbGciOiJFZERTQSJ9.e30.c2ln', hidden)).toEqual(['a JWT']);
  });

  test('a token, a UUID and random keys are none', () => {
    expect(findLeaks('lunasec-0b9e4c57-93a1-4cde-8f21-7ac0d13b5e66 state filled', hidden)).toEqual([]);
  });
});
