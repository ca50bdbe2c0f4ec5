export interface Keeping<T> {
  /** Milliseconds from the call on. Missing: forever. */
  for?: number;
  /** A result for which this is false is returned, but not kept. */
  when?: (result: T) => boolean;
}

/**
 * Calls `ask` once for all callers at the same time or while its result is kept; `again` calls it in any case, and
 * keeps that result instead. A failure is not kept.
 */
export function kept<T>(
  ask: () => Promise<T>,
  keeping: Keeping<T> = {},
): (options?: { again?: boolean }) => Promise<T> {
  const { for: ms = Infinity, when = () => true } = keeping;
  let known: { result: Promise<T>; until: number } | undefined;
  return async ({ again = false } = {}) => {
    if (again || known === undefined || performance.now() > known.until)
      known = { result: ask(), until: performance.now() + ms };
    const mine = known;
    const forget = () => {
      if (known === mine) known = undefined;
    };
    try {
      const result = await mine.result;
      if (!when(result)) forget();
      return result;
    } catch (error) {
      forget();
      throw error;
    }
  };
}
