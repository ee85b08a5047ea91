import { describe, expect, jest, test } from '@jest/globals';
import type { Answer, OpenLink } from '../element/link.js';
import { inputOf, token, uploadOf } from '../test-support/values.js';
import { createFileLink } from './link.js';

function setUp(answer: Answer) {
  const asked: object[] = [];
  const ask = jest.fn(async (_type: string, message: (id: number) => object) => {
    asked.push(message(1));
    return answer;
  });
  const link = createFileLink({ ask } as unknown as OpenLink);
  return { link, ask, asked };
}
const part = { number: 2, size: 10, checksum: inputOf(token(1)).checksum };
const partAnswer = (changes: object): Answer => ({
  type: 'parts',
  requestId: 1,
  parts: [{ number: 2, upload: uploadOf(token(1)), problem: null, ...changes }],
});

describe('the line of a file page', () => {
  test('asks for a place for parts, and for that of each part', async () => {
    const begun = setUp({ type: 'multipart', requestId: 1, multipart: { partSize: 8 } });
    const { checksum: _, ...input } = inputOf(token(1));
    const batch = { id: 'choice', size: 1 };
    expect(await begun.link.requestMultipart(batch, input)).toEqual({ partSize: 8 });
    expect(begun.asked).toEqual([{ type: 'tokenize', requestId: 1, batch, input }]);
    const signed = setUp(partAnswer({}));
    expect(await signed.link.signPart(token(1), part)).toEqual(uploadOf(token(1)));
    expect(signed.asked).toEqual([{ type: 'signParts', requestId: 1, token: token(1), parts: [part] }]);
  });

  test('a problem of a part is thrown; an answer for another part, or none, is no answer', async () => {
    const problem = { code: 'GRANT_EXPIRED', message: 'Too late.' } as const;
    await expect(
      setUp(partAnswer({ upload: null, problem })).link.signPart(token(1), part),
    ).rejects.toMatchObject(problem);
    for (const wrong of [partAnswer({ number: 3 }), partAnswer({ upload: null })])
      await expect(setUp(wrong).link.signPart(token(1), part)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const none: Answer = { type: 'parts', requestId: 1, parts: [] };
    await expect(setUp(none).link.signPart(token(1), part)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('completing may take longer than other calls', async () => {
    const results = [{ token: token(1), problem: null }];
    const { link, ask } = setUp({ type: 'completed', requestId: 1, results });
    expect(await link.completeUploads([token(1)])).toEqual(results);
    expect((ask.mock.calls[0] as unknown[])[2]).toBeGreaterThanOrEqual(150_000);
  });
});
