import { printListing } from '../../output/listing.ts';
import { humanDuration } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const columns: [string, string][] = [
  ['CONTAINER', 'Container'],
  ['OPERATION', 'Verb'],
  ['RUNNING FOR', 'RunningFor'],
  ['WAITING', 'Waiting'],
  ['PLUGIN', 'Plugin'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Verb}}')
    .action(async (flags: { format?: string }) => {
      const operations = await session.client.pouch.ops();
      const rows = operations.map(({ container = '-', verb, since, waiting, taps = [] }) => ({
        Container: container.slice(0, 12),
        Verb: verb,
        Since: since,
        RunningFor: runningFor(since),
        Waiting: waiting,
        Plugin: taps.map(pendingTap).join(', ') || '-',
      }));
      printListing(session, { columns, rows, key: 'Container' }, flags);
    });
}

/** `hello (container.prestart, 5 seconds)`. */
function pendingTap({ plugin, hook, since }: { plugin: string; hook: string; since?: string }): string {
  return `${plugin} (${since === undefined ? hook : `${hook}, ${runningFor(since)}`})`;
}

function runningFor(since: string): string {
  return humanDuration((Date.now() - Date.parse(since)) / 1000);
}
