import { parseArgs } from 'node:util';
import { PouchError } from '../../hooks/errors.ts';

export const usage = `Usage: pouchd [--config FILE] [options]

Runs containers and serves the API, in the foreground. Logs to stderr. Ends on SIGTERM; containers go on.
SIGHUP reads the configuration again.

  --config FILE         configuration (default /etc/pouch/pouchd.yaml, which may be missing)
  --check-config        check the configuration, print every mistake, and exit
  --print-config        print the whole configuration and where each value comes from, and exit
  --format yaml|json    of --print-config (default yaml)
  --root DIR            over the configuration's root
  --state DIR           over its state
  --listen URL          over its listen; may be given more than once
  --log-level LEVEL     trace, debug, info, warn or error
  --log-format FORMAT   text or json
  -v, --version         print the version, and exit
  -h, --help            print this, and exit
`;

const options = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  'print-config': { type: 'boolean' },
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
    throw new PouchError('PCH_OPTION_INVALID', message, { hint: 'pouchd --help lists the options', cause });
  }
}

/** The flags that stand over the configuration. */
export function overrides(flags: DaemonFlags): Record<string, unknown> {
  const { root, state, listen } = flags;
  return { root, state, listen, 'log-level': flags['log-level'], 'log-format': flags['log-format'] };
}
