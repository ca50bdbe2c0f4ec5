import { deletionLines } from '../../images/deletionLines.ts';
import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  all?: boolean;
  force?: boolean;
  filter: string[];
}

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Remove all unused images, not just dangling ones')
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: until, label, label!', collect, [])
    .action((flags: Flags) => prune(session, flags));
}

async function prune(session: Session, flags: Flags): Promise<void> {
  const which = flags.all ? 'all images without at least one container' : 'all dangling images';
  const filters = { ...parseFilters(flags.filter), dangling: [flags.all ? 'false' : 'true'] };
  if (!flags.force && !(await confirm(session, `WARNING! This will remove ${which}.`))) return;
  const { ImagesDeleted, SpaceReclaimed } = await session.client.images.prune(filters);
  for (const line of deletionLines(ImagesDeleted ?? [])) session.print(line);
  session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
}
