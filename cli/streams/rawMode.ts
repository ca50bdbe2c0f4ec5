import { execFileSync } from 'node:child_process';

/** Signals that end a process which does not handle them. */
const ending = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/**
 * Puts a terminal into raw mode; answers the way back. The terminal is also restored when the process ends in any way but
 * SIGKILL: a shell with a raw terminal is unusable.
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
 * setRawMode leaves output processing on: every line feed would get a carriage return, which breaks full-screen programs. Their own
 * terminal in the container has done that already. Going back to the old mode undoes it.
 */
function stopOutputProcessing(): void {
  try {
    execFileSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'], timeout: 2000 });
  } catch {
    // Without stty lines are only drawn with an additional carriage return.
  }
}

/** An unhandled signal would end the process without its exit listeners. */
function exitOnSignals(): () => void {
  const unhandled = Object.entries(ending).filter(([signal]) => process.listenerCount(signal) === 0);
  const listeners = unhandled.map(([signal, number]) => {
    const listener = () => process.exit(128 + number);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((forget) => forget());
}
