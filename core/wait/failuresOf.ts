/** Waits for all promises. Resolves to what those that reject reject with, in their order. */
export async function failuresOf(work: Iterable<unknown>): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
}
