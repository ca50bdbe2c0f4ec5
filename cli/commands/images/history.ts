import type { ImageHistoryEntryWire } from '../../../client/index.ts';
import { printGeneration, printGenerations } from '../../agent/printGenerations.ts';
import { readGeneration } from '../../agent/readGeneration.ts';
import { conflictingOptions } from '../../errors.ts';
import { type HostFlags, reportHosts } from '../../fleet/reportHosts.ts';
import { printListing } from '../../output/listing.ts';
import { ago, humanSize } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags extends HostFlags {
  quiet?: boolean;
  trunc: boolean;
  generation?: string;
}

const help = `
With an image: its layers, as \`docker history\` shows them. Without one: the generations of the host, the newest first,
each with who or what applied it; \`pouch rollback\` returns to one. See docs/guides/host-agent.md.
With -H each line begins with its host, and with --format json it is an object of one: {"Host": …, "Generations": […]}. A host
that does not respond is reported, and the exit code is 1.`;

const columns: [string, string][] = [
  ['IMAGE', 'ID'],
  ['CREATED', 'CreatedSince'],
  ['CREATED BY', 'CreatedBy'],
  ['SIZE', 'Size'],
  ['COMMENT', 'Comment'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[image]', 'Reference or ID; without it, what was applied to the host')
    .option('-q, --quiet', 'Only show image IDs, or numbers of generations')
    .option('--no-trunc', "Don't truncate output")
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.CreatedBy}}')
    .option('--generation <number>', 'Show the plan of this generation of the host')
    .option('-H, --host <host,...>', 'Hosts to ask for their generations, with commas between them')
    .addHelpText('after', help)
    .action(async (ref: string | undefined, flags: Flags) => {
      if (ref !== undefined && flags.generation !== undefined)
        throw conflictingOptions('--generation is for the host, not for an image');
      if (ref !== undefined && flags.host !== undefined)
        throw conflictingOptions('--host with several hosts is for their generations, not for an image');
      if (ref === undefined) return await historyOfHosts(session, flags);
      const entries = await session.client.images.history(ref);
      const rows = entries.map((entry) => historyRow(entry, flags.trunc));
      printListing(session, { columns, rows, key: 'ID' }, flags);
    });
}

async function historyOfHosts(session: Session, flags: Flags): Promise<void> {
  if (flags.generation === undefined)
    return await reportHosts(session, flags, {
      read: (agent, signal) => agent.history(signal),
      print: (output, generations) => printGenerations(output, generations, flags),
      json: (generations) => ({ Generations: generations }),
    });
  const number = readGeneration(flags.generation);
  await reportHosts(session, flags, {
    read: (agent, signal) => agent.generation(number, signal),
    print: (output, generation) => printGeneration(output, generation),
    json: (generation) => ({ Generations: [generation] }),
  });
}

function historyRow(entry: ImageHistoryEntryWire, truncate: boolean) {
  const id = truncate ? entry.Id.replace(/^sha256:/, '').slice(0, 12) : entry.Id;
  const command = entry.CreatedBy.replaceAll(/\s+/g, ' ');
  return {
    ID: id,
    CreatedSince: ago(entry.Created),
    CreatedAt: new Date(entry.Created * 1000).toISOString(),
    CreatedBy: truncate && command.length > 45 ? `${command.slice(0, 44)}…` : command,
    Size: humanSize(entry.Size),
    Comment: entry.Comment,
  };
}
