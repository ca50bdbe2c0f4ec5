import type { Logger } from '../../../hooks/defineHook.ts';

/** A logger that adds the same fields to every line, whatever the line has under their names. */
export function scopedLog(log: Logger, scope: Record<string, unknown>): Logger {
  const withScope = (fields?: Record<string, unknown>) => ({ ...scope, ...fields, ...scope });
  return {
    debug: (message, fields) => log.debug(message, withScope(fields)),
    info: (message, fields) => log.info(message, withScope(fields)),
    warn: (message, fields) => log.warn(message, withScope(fields)),
    error: (message, fields) => log.error(message, withScope(fields)),
  };
}
