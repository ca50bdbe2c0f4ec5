import type { Logger } from '../../../hooks/defineHook.ts';

/** A logger that adds the same fields to every line. */
export function scopedLog(log: Logger, scope: Record<string, unknown>): Logger {
  return {
    debug: (message, fields) => log.debug(message, { ...scope, ...fields }),
    info: (message, fields) => log.info(message, { ...scope, ...fields }),
    warn: (message, fields) => log.warn(message, { ...scope, ...fields }),
    error: (message, fields) => log.error(message, { ...scope, ...fields }),
  };
}
