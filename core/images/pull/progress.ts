import type { Progress } from '../../../hooks/engine.ts';

export type OnProgress = (progress: Progress) => void;

/** Milliseconds between two reports of the same item and status. */
const minInterval = 100;

/** Passes on every change of status, and at most ten reports per second with the same status. */
export function throttled(report: OnProgress | undefined): OnProgress {
  if (!report) return () => undefined;
  const last = new Map<string, { status: string; at: number }>();
  return (progress) => {
    const now = performance.now();
    const before = last.get(progress.id);
    if (before?.status === progress.status && now - before.at < minInterval) return;
    last.set(progress.id, { status: progress.status, at: now });
    report(progress);
  };
}

/** Returns the first 12 hexadecimal digits of a digest, as shown by Docker. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}
