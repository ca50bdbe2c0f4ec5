/** Waits for work that shares an abort. The first failure ends the rest, and is thrown when all of it has ended. */
export async function allEnded(all: readonly Promise<unknown>[], stop: AbortController): Promise<void> {
  try {
    await Promise.all(all);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(all);
    throw error;
  }
}
