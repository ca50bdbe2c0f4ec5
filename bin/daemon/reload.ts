import type { Daemon } from '../../core/Daemon.ts';
import type { StderrLog } from '../../core/StderrLog.ts';
import { toPouchError } from '../../hooks/errors.ts';
import type { ServiceManager } from './ServiceManager.ts';

export interface Reload {
  daemon: Daemon;
  log: StderrLog;
  /** A signal during the start is worked off after it. */
  started: Promise<unknown>;
}

interface SignalledReload extends Reload {
  service: Pick<ServiceManager, 'reloading'>;
}

/** Reloads the configuration on a signal. An invalid one changes nothing. */
export function reloadOn(signal: NodeJS.Signals, { daemon, log, started, service }: SignalledReload): void {
  process.on(signal, () => {
    started
      .then(() => service.reloading(() => daemon.reload()))
      .catch((error: unknown) => logFailure(log, error));
  });
}

export function logFailure(log: StderrLog, error: unknown): void {
  log.error('reload failed; the previous configuration stays in effect', fieldsOf(error));
}

/** An error in the log. */
export function fieldsOf(error: unknown): { error: string; hint?: string } {
  const { message, hint } = toPouchError(error);
  return { error: message, ...(hint !== undefined && { hint }) };
}
