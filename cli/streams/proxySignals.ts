import { constants } from 'node:os';

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

/** Of these, the ones that end a command. */
const ending: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Milliseconds that a container may take to start after a signal that is meant to end it. */
const patienceMs = 1000;

/** A signal that ends the command before its container has started. */
export interface Interruption {
  signal: NodeJS.Signals;
  /** Of the command, as a shell reports it: 128 and the number of the signal. */
  exitCode: number;
}

export interface SignalProxy {
  /**
   * Resolves if the command is to end although the container has not started: a second after a signal that ends
   * commands, at once with another one.
   */
  interrupted: Promise<Interruption>;
  /** Stops forwarding. */
  stop(): void;
}

/**
 * Forwards signals of this process to the container. A container that is not running cannot be signalled: signals
 * before `started` resolves are sent afterwards.
 */
export function proxySignals(
  started: Promise<unknown>,
  send: (signal: string) => Promise<void>,
): SignalProxy {
  let hasStarted = false;
  let timer: NodeJS.Timeout | undefined;
  let interrupt: (by: Interruption) => void = () => undefined;
  const interrupted = new Promise<Interruption>((resolve) => (interrupt = resolve));
  const endLater = (signal: NodeJS.Signals) => {
    if (hasStarted || !ending.includes(signal)) return;
    const isRepeated = timer !== undefined;
    clearTimeout(timer);
    const end = () => interrupt({ signal, exitCode: 128 + constants.signals[signal] });
    timer = setTimeout(end, isRepeated ? 0 : patienceMs);
  };
  const noteStart = () => {
    hasStarted = true;
    clearTimeout(timer);
  };
  started.then(noteStart, () => undefined);
  const listeners = proxied.map((signal) => {
    const listener = () => {
      // A container that has ended meanwhile needs no signal.
      started.then(() => send(signal)).catch(() => undefined);
      endLater(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return {
    interrupted,
    stop: () => {
      clearTimeout(timer);
      listeners.forEach((stop) => stop());
    },
  };
}

/** For a command that forwards no signals. */
export const noProxy: SignalProxy = { interrupted: new Promise(() => undefined), stop: () => undefined };
