/** Options of a container's log, whatever its driver is: what `log.options` has beside those of the driver. */
export const logOptions = {
  'max-size': 'Size of a file of the log: `10m`; `-1` for no limit.',
  'max-file': 'Files of the log, with the current one.',
  compress: 'Whether rotated files are compressed: `true` or `false`.',
  'max-undelivered': 'Size of rotated files that wait for a driver: `128m`, the default.',
  mode: 'No effect: a container never waits for a driver.',
  'max-buffer-size': 'No effect: see `max-undelivered`.',
} as const;
export type LogOption = keyof typeof logOptions;

export function isLogOption(name: string): name is LogOption {
  return Object.hasOwn(logOptions, name);
}
