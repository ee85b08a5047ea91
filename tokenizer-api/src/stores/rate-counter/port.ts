/** Points of all replicas together, in fixed windows of a minute that begin with the first point of a key. */
export interface RateCounter {
  /**
   * Adds points to a key. Returns all points of its window, and how many milliseconds are left of it. One atomic
   * change. Rejects, within a second or two, when the database cannot be reached.
   */
  add(key: string, points: number): Promise<{ total: number; left: number }>;
  close(): Promise<void>;
}

/** Length of a window, in seconds. */
export const windowSeconds = 60;
