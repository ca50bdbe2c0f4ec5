/** Signals that a shell or a supervisor sends to a foreground process, meant for the container. */
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
 * Hands signals of this process on to the container. Those that come before `started` resolves are kept until then: a
 * container that does not run cannot be signalled, and they must not get lost.
 * @returns stops it
 */
export function proxySignals(started: Promise<unknown>, send: (signal: string) => Promise<void>): () => void {
  const listeners = proxied.map((signal) => {
    const listener = () => {
      // It may have ended meanwhile: then there is nobody left to signal.
      started.then(() => send(signal)).catch(() => undefined);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((stop) => stop());
}
