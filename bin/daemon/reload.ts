import type { Daemon } from '../../core/Daemon.ts';
import type { StderrLog } from '../../core/StderrLog.ts';
import { toPouchError } from '../../hooks/errors.ts';

export interface Reload {
  daemon: Daemon;
  log: StderrLog;
  /** A signal during the start is worked off after it. */
  started: Promise<unknown>;
}

/** Reloads the configuration on a signal. An invalid one changes nothing. */
export function reloadOn(signal: NodeJS.Signals, { daemon, log, started }: Reload): void {
  process.on(signal, () => {
    started.then(() => daemon.reload()).catch((error: unknown) => logFailure(log, error));
  });
}

export function logFailure(log: StderrLog, error: unknown): void {
  const { message, hint } = toPouchError(error);
  log.error('reload failed; the previous configuration stays in effect', {
    error: message,
    ...(hint !== undefined && { hint }),
  });
}
