/** The time of the fastest of some runs, in ms: other work of the host makes runs slower, never faster. */
export async function fastest(runs: number, run: () => unknown): Promise<number> {
  let best = Infinity;
  for (let count = 0; count < runs; count++) {
    const began = performance.now();
    await run();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
