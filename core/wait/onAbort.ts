/** The listeners of each signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when `signal` aborts; the returned function removes it. A signal gets one listener of its
 * own, however many are added: Node reports more than ten as a leak, and each running container has one.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  const listeners = waiting.get(signal) ?? listenTo(signal);
  // A new function, so that a listener that is added twice is called twice.
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
