import { parseSize } from '../../../client/options/size.ts';
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
  keepStorage?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Accepted: the cache is always removed as a whole')
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: until=24h removes what was not used since then', collect, [])
    .option('--keep-storage <size>', 'Bytes of the cache to keep, the last used: 10g')
    .action((flags: Flags) => prune(session, flags));
}

async function prune(session: Session, { force, filter, keepStorage }: Flags): Promise<void> {
  const filters = parseFilters(filter);
  const size = keepStorage === undefined ? undefined : parseSize('--keep-storage', keepStorage);
  if (!force && !(await confirm(session, 'WARNING! This will remove the build cache.'))) return;
  const { SpaceReclaimed } = await session.client.builds.prune({
    filters,
    ...(size !== undefined && { keepStorage: size }),
  });
  session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
}
