import { diffForReload, type LoadedConfig } from '../../config/index.ts';
import type { Daemon } from '../../core/Daemon.ts';
import type { StderrLog } from '../../core/StderrLog.ts';
import { toPouchError } from '../../hooks/errors.ts';

export interface Reload {
  daemon: Daemon;
  log: StderrLog;
  read(): LoadedConfig;
  first: LoadedConfig;
}

/** Reads the configuration again on a signal. A wrong one changes nothing. */
export function reloadOn(signal: NodeJS.Signals, { daemon, log, read, first }: Reload): void {
  let current = first;
  const reload = async () => {
    const next = read();
    const { reloadable, needsRestart } = diffForReload(current.config, next.config);
    await daemon.reload(next);
    log.configure(next.config.log);
    current = next;
    log.info('configuration read again', { changed: reloadable });
    for (const { path, why } of needsRestart)
      log.warn('a change waits for a restart of pouchd', { path, why });
  };
  // One at a time, in the order of the signals.
  let last = Promise.resolve();
  process.on(signal, () => {
    last = last.then(reload).catch((error: unknown) => {
      log.error('the configuration was not read again; the old one holds', {
        error: toPouchError(error).message,
      });
    });
  });
}
