import type { Logger } from '../../../hooks/defineHook.ts';

/** A logger that adds the same fields to every line, whatever the line has under their names. */
export function scopedLog(
  log: Logger,
  scope: Record<string, unknown>,
  /** Called with each line, without the scope. */
  onLine?: (level: keyof Logger, message: string, fields?: Record<string, unknown>) => void,
): Logger {
  const writer = (level: keyof Logger) => (message: string, fields?: Record<string, unknown>) => {
    onLine?.(level, message, fields);
    log[level](message, { ...scope, ...fields, ...scope });
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}
