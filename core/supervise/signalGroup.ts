/**
 * Sends a signal to the process group of a detached child, whose pid is undefined if it never started. Returns whether
 * the group exists, which signal 0 only asks.
 */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (leader === undefined) return false;
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
