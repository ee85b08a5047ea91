/** The part of a recorded ratio that may be lost: less than that is noise. */
const allowed = 0.2;

/** What is lost of the recorded ratios: those of which it is more than is allowed. Times are not compared, nor what has no target. */
export function lossesOf(results, recorded) {
  const before = new Map(figuresOf(recorded).map(({ id, ratio }) => [id, ratio]));
  return figuresOf(results).flatMap(({ id, ratio, target, unit }) => {
    const was = before.get(id);
    if (was === undefined || target === null || unit !== undefined) return [];
    const loss =
      target.exactly !== undefined
        ? Number(ratio !== target.exactly)
        : target.atMost !== undefined
          ? ratio / was - 1
          : 1 - ratio / was;
    return loss > allowed ? [{ id, before: was, ratio, loss }] : [];
  });
}

const figuresOf = (results) => results.flatMap(({ figures = [] }) => figures);
