/** Signals from a shell or supervisor that are forwarded to the container. */
const proxied: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
];

/**
 * Forwards signals of this process to the container. Signals before `started` resolves are sent afterwards, as a
 * container that is not running cannot be signalled.
 * @returns a function that stops it
 */
export function proxySignals(started: Promise<unknown>, send: (signal: string) => Promise<void>): () => void {
  const listeners = proxied.map((signal) => {
    const listener = () => {
      // A container that has ended meanwhile needs no signal.
      started.then(() => send(signal)).catch(() => undefined);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((stop) => stop());
}
