/** Waits for all, even if one fails. @throws the first failure */
export async function settleAll(running: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(running);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
