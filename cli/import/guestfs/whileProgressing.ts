import { toolFailed } from '../sources/toolOutput.ts';

/** How the progress of a work is seen. */
interface Progress {
  /** Milliseconds without progress that end it. */
  idleMs: number;
  progress(): number;
  /** Whether the work itself is slow, and not the one who takes its results. */
  isWaiting(): boolean;
}

/** Resolves with the work. @throws PCH_IMPORT_FAILED if it makes no progress */
export async function whileProgressing(
  work: Promise<unknown>,
  { idleMs, progress, isWaiting }: Progress,
): Promise<void> {
  let [last, since] = [progress(), performance.now()];
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    timer = setInterval(
      () => {
        const now = progress();
        if (now !== last || !isWaiting()) [last, since] = [now, performance.now()];
        else if (performance.now() - since >= idleMs)
          reject(toolFailed({ command: 'guestfish' }, `no progress for ${idleMs / 1000} seconds`));
      },
      Math.min(1000, idleMs / 4),
    );
  });
  try {
    await Promise.race([work, stuck]);
  } finally {
    clearInterval(timer);
  }
}
