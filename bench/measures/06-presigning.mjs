import { compareSides } from '../lib/compare-sides.mjs';
import { kinds, presigner } from '../sides/presign.mjs';

const presign = '../sides/presign.mjs';

export const measure = {
  number: 6,
  id: 'presigning',
  title: 'Tokenizer: presigned URLs per second of CPU time',
  baseline: '`getSignedUrl` of the AWS SDK',
  target: { atLeast: 8 },
  about: 'For the same times both give the same URLs, to the byte, or the measure fails.',

  async run({ isQuick }) {
    const figures = [];
    for (const kind of kinds) {
      const [own, sdk] = ['tokenizer', 'sdk'].map((by) => presigner({ kind, by }));
      for (const at of [new Date(), new Date('2026-03-04T05:06:07.890Z')]) {
        const [url, expected] = [await own(at), await sdk(at)];
        if (url !== expected) throw new Error(`The presigned URLs differ:\n${url}\n${expected}`);
      }
      const taken = await compareSides({
        // URLs per second are the other way round than time per URL.
        subject: { module: presign, kind, by: 'sdk' },
        baseline: { module: presign, kind, by: 'tokenizer' },
        rounds: isQuick ? 3 : 15,
        times: isQuick ? 500 : 2000,
      });
      figures.push({
        id: kind,
        what: `of ${kind}s`,
        ...taken,
        shown: `${taken.theirs.toFixed(0)} µs against ${taken.ours.toFixed(0)} µs each`,
      });
    }
    return figures;
  },
};
