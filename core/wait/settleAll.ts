/**
 * Waits for all of them, also when one fails, and throws the first failure only then: what is undone next must not
 * still be under way.
 */
export async function settleAll(work: Iterable<Promise<unknown>>): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
