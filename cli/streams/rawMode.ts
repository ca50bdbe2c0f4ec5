import { execFileSync } from 'node:child_process';

/** Signals that end a process without a handler. */
const ending = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/**
 * Puts a terminal into raw mode. It is also restored when the process ends, except by SIGKILL: a shell is unusable in
 * raw mode.
 * @returns a function that restores it
 */
export function enterRawMode(stdin: NodeJS.ReadStream): () => void {
  if (!stdin.isTTY) return () => undefined;
  const forgetSignals = exitOnSignals();
  const restore = () => {
    forgetSignals();
    process.off('exit', restore);
    stdin.setRawMode(false);
  };
  process.on('exit', restore);
  stdin.setRawMode(true);
  stopOutputProcessing();
  return restore;
}

/**
 * Disables output processing, which setRawMode leaves enabled: it adds a carriage return to every line feed, but the
 * terminal in the container has already done so. Leaving raw mode restores it.
 */
function stopOutputProcessing(): void {
  try {
    execFileSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'], timeout: 2000 });
  } catch {
    // Without stty, lines have an additional carriage return.
  }
}

/** Exits on signals that have no handler, because an unhandled signal does not call exit listeners. */
function exitOnSignals(): () => void {
  const unhandled = Object.entries(ending).filter(([signal]) => process.listenerCount(signal) === 0);
  const listeners = unhandled.map(([signal, number]) => {
    const listener = () => process.exit(128 + number);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((forget) => forget());
}
