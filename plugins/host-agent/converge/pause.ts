const firstMs = 1000;
const longestMs = 5 * 60_000;

/** Milliseconds before the next attempt, after so many failures: 1 s, 2 s, and so on up to 5 minutes. */
export function pauseMs(failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), longestMs);
}
