export interface Keeping<T> {
  /** Milliseconds from the question on. Missing: for good. */
  for?: number;
  /** An answer for which this is false is given, but not kept. */
  when?: (answer: T) => boolean;
}

/**
 * Asks once for all who want to know at the same time or while the answer is kept; `again` asks in any case, and that answer
 * is kept instead. A failure is not kept.
 */
export function kept<T>(
  ask: () => Promise<T>,
  keeping: Keeping<T> = {},
): (options?: { again?: boolean }) => Promise<T> {
  const { for: ms = Infinity, when = () => true } = keeping;
  let known: { answer: Promise<T>; until: number } | undefined;
  return async ({ again = false } = {}) => {
    if (again || known === undefined || performance.now() > known.until)
      known = { answer: ask(), until: performance.now() + ms };
    const mine = known;
    const forget = () => {
      if (known === mine) known = undefined;
    };
    try {
      const answer = await mine.answer;
      if (!when(answer)) forget();
      return answer;
    } catch (error) {
      forget();
      throw error;
    }
  };
}
