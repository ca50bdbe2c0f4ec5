/**
 * Waits for all promises, even if one rejects. Work that is undone next must not be running any more.
 * @throws the first failure
 */
export async function settleAll(work: Iterable<Promise<unknown>>): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
