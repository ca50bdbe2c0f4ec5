import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind, HostStep } from './hostKind.ts';

type Args = HostEffectArgs<'host.process'>;

/** What starts, watches and ends the processes of containers. */
export interface HostProcessRunner {
  /** Changes nothing. @throws what would keep it from starting */
  check(args: Args, signal: AbortSignal): Promise<void>;
  start(args: Args, step: HostStep): Promise<void>;
  stop(args: Args, step: HostStep): Promise<void>;
}

/** Characters of its words that sentences have. */
const longestCommand = 160;

export function processKind(processes: HostProcessRunner): HostKind<Args> {
  return {
    kind: 'host.process',
    describe,
    // Each container has its own.
    resource: ({ name }, { container }) => `process ${container} ${name}`,
    survey: async (args, signal) => {
      await processes.check(args, signal);
      return undefined;
    },
    apply: (args, _note, step) => processes.start(args, step),
    undo: (args, _note, step) => processes.stop(args, step),
  };
}

function describe({ name, argv, user }: Args): string {
  // A terminal would take control characters for its own.
  const command = argv.join(' ').replaceAll(/\p{Cc}+/gu, ' ');
  const shown = command.length > longestCommand ? `${command.slice(0, longestCommand)}…` : command;
  return `run the process ${name}${user === undefined ? '' : ` as ${user}`}: ${shown}`;
}
