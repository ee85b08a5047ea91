const pattern = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;

/** Longest duration that can be written, in seconds: 366 days. */
const longestDuration = 366 * 24 * 3600;

/**
 * Reads a duration such as `5m30s`, `1h` or `45s`: hours, minutes and seconds in this order, each at most once, in
 * whole numbers. Returns seconds, from 1 to 366 days; undefined for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  const total = hours! * 3600 + minutes! * 60 + seconds!;
  return total >= 1 && total <= longestDuration ? total : undefined;
}
