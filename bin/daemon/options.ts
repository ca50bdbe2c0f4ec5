import { parseArgs } from 'node:util';
import { PouchError } from '../../hooks/errors.ts';

export const usage = `Usage: pouchd [--config FILE] [options]

Runs containers and serves the API, in the foreground. Logs to stderr. Stops on SIGTERM; containers keep running.
SIGHUP reloads the configuration.

  --config FILE         Configuration file (default /etc/pouch/pouchd.yaml, which may be missing)
  --check-config        Check the configuration and load its plugins, print every problem and exit
  --check-plugin PATH   Load a plugin, a file or a folder, without its setup, print what is wrong with it and exit
  --replay FILE         Plan the container of a recording again, print how the plan differs as JSON, and exit
  --plugin PATH         For --replay: a plugin in place of the recorded one, or beside them; repeatable
  --print-config        Print the whole configuration with the origin of each value and exit
  --no-origins          For --print-config: without the origins
  --format yaml|json    Format of --print-config (default yaml); json also of --check-plugin
  --root DIR            Override root of the configuration
  --state DIR           Override state of the configuration
  --listen URL          Override listen of the configuration; repeatable
  --log-level LEVEL     Set the logging level: trace, debug, info, warn or error
  --log-format FORMAT   Set the logging format: text or json
  -v, --version         Print version information and quit
  -h, --help            Print usage
`;

const options = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  'check-plugin': { type: 'string' },
  replay: { type: 'string' },
  plugin: { type: 'string', multiple: true },
  'print-config': { type: 'boolean' },
  'no-origins': { type: 'boolean' },
  format: { type: 'string' },
  root: { type: 'string' },
  state: { type: 'string' },
  listen: { type: 'string', multiple: true },
  'log-level': { type: 'string' },
  'log-format': { type: 'string' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type DaemonFlags = ReturnType<typeof parseFlags>;

/** @throws PCH_OPTION_INVALID */
export function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PouchError('PCH_OPTION_INVALID', message, { hint: 'see pouchd --help for the options', cause });
  }
}

/** Returns the flags that override the configuration. */
export function overrides(flags: DaemonFlags): Record<string, unknown> {
  const { root, state, listen } = flags;
  return { root, state, listen, 'log-level': flags['log-level'], 'log-format': flags['log-format'] };
}
