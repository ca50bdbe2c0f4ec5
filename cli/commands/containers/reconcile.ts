import type { Client } from '../../../client/index.ts';
import { conflictingOptions, exitCodes } from '../../errors.ts';
import { printable } from '../../output/printable.ts';
import { reconciliationLines } from '../../plan/reconciliationLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  all?: boolean;
  dryRun?: boolean;
  restart?: boolean;
  always?: boolean;
  format: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[container...]', 'Names or IDs')
    .option('-a, --all', 'Reconcile every degraded container; with --always every container')
    .option('--always', 'Also containers that lack no plugin: to what plugins and pouchd.yaml add now')
    .option('--dry-run', 'Only print what would change')
    .option('--restart', 'Restart a running container if a change needs it')
    .option('--format <format>', 'Format output: text, or json for one line per container', 'text')
    .addHelpText('after', '\nThe exit code is 1 if a container still lacks a plugin, or a part of its plan.')
    .action((refs: string[], flags: Flags) => reconcile(session, refs, flags));
}

async function reconcile(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { all = false, always = false, dryRun = false, restart = false, format } = flags;
  if (all === refs.length > 0)
    throw conflictingOptions(
      'expected either containers or --all',
      'see --help for the options of the command',
    );
  const names = all ? await reconcilable(session.client, always) : refs;
  if (names.length === 0) session.print(always ? 'no containers' : 'no container is degraded');
  // One after another: each may restart its container.
  for (const ref of names)
    try {
      const done = await session.client.containers.reconcile(ref, { dryRun, restart, always });
      if (format === 'json') session.print(JSON.stringify(done));
      else for (const line of reconciliationLines(done)) session.print(printable(line));
      if (done.degraded.length > 0 || done.outcome === 'partly') session.exitCode = exitCodes.failure;
    } catch (error) {
      reportError(error, session.terminal);
      session.exitCode = exitCodes.failure;
    }
}

async function reconcilable(client: Client, always: boolean): Promise<string[]> {
  const containers = await client.containers.list({ all: true });
  return containers.filter(({ Degraded }) => always || Degraded).map(({ Id }) => Id);
}
