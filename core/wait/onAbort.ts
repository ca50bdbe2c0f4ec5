/** Who waits for an abort, by signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when `signal` aborts; the returned function stops that. However many wait for a long-lived signal, it
 * gets one listener: one for each running container is not the leak that Node warns of from the eleventh on.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  const listeners = waiting.get(signal) ?? listenTo(signal);
  // A function of its own, so that one who waits twice is called twice.
  const entry = () => listener();
  listeners.add(entry);
  return () => listeners.delete(entry);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  waiting.set(signal, listeners);
  const callAll = () => {
    for (const listener of listeners) listener();
    listeners.clear();
  };
  signal.addEventListener('abort', callAll, { once: true });
  return listeners;
}
