import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: until, label, label!', collect, [])
    .action(async ({ force, filter }: { force?: boolean; filter: string[] }) => {
      const filters = parseFilters(filter);
      if (!force && !(await confirm(session, 'WARNING! This will remove all stopped containers.'))) return;
      const { ContainersDeleted, SpaceReclaimed } = await session.client.containers.prune(filters);
      for (const id of ContainersDeleted ?? []) session.print(id);
      session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
    });
}
