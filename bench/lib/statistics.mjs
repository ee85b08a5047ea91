/** The value below which that part of all lies; undefined of none. */
export function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export const median = (values) => percentile(values, 0.5);

/**
 * The straight line through points by least squares: how much it rises per unit of x, and the standard error of that. A line
 * through fewer than three points says nothing.
 */
export function regression(points) {
  const n = points.length;
  if (n < 3) return { slope: 0, error: Infinity };
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x, y] = [mean((it) => it.x), mean((it) => it.y)];
  const xx = points.reduce((sum, it) => sum + (it.x - x) ** 2, 0);
  const slope = points.reduce((sum, it) => sum + (it.x - x) * (it.y - y), 0) / xx;
  const rest = points.reduce((sum, it) => sum + (it.y - y - slope * (it.x - x)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (n - 2) / xx) };
}
