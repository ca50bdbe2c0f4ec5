import { diffForReload, type LoadedConfig } from '../../config/index.ts';
import type { Daemon } from '../../core/Daemon.ts';
import type { StderrLog } from '../../core/StderrLog.ts';
import { toPouchError } from '../../hooks/errors.ts';

export interface Reload {
  daemon: Daemon;
  log: StderrLog;
  read(): LoadedConfig;
  first: LoadedConfig;
  /** A signal during the start is worked off after it. */
  started: Promise<unknown>;
}

/** Reloads the configuration on a signal. An invalid one changes nothing. */
export function reloadOn(signal: NodeJS.Signals, { daemon, log, read, first, started }: Reload): void {
  let current = first;
  const reload = async () => {
    const next = read();
    const { reloadable, needsRestart } = diffForReload(current.config, next.config);
    await daemon.reload(next);
    log.configure(next.config.log);
    current = next;
    log.info('configuration reloaded', { changed: reloadable });
    for (const { path, why } of needsRestart) log.warn('the change needs a restart of pouchd', { path, why });
  };
  // One reload at a time, in the order of the signals.
  let last: Promise<unknown> = started.catch(() => undefined);
  process.on(signal, () => {
    last = last.then(reload).catch((error: unknown) => {
      log.error('reload failed; the previous configuration stays in effect', {
        error: toPouchError(error).message,
      });
    });
  });
}
