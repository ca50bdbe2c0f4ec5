import { setTimeout } from 'node:timers/promises';

/** Polls a condition; returns false if it does not hold within the given time. */
export async function waitFor(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (let pause = 1; !holds(); pause = Math.min(pause * 2, 20)) {
    if (performance.now() > deadline) return false;
    await setTimeout(pause);
  }
  return true;
}
