import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Remove all unused volumes, not just anonymous ones')
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: label, label!', collect, [])
    .action(async ({ all, force, filter }: { all?: boolean; force?: boolean; filter: string[] }) => {
      const filters = { ...parseFilters(filter), ...(all && { all: ['true'] }) };
      const which = all ? 'all' : 'anonymous local';
      if (
        !force &&
        !(await confirm(
          session,
          `WARNING! This will remove ${which} volumes not used by at least one container.`,
        ))
      )
        return;
      const { VolumesDeleted, SpaceReclaimed } = await session.client.volumes.prune(filters);
      for (const name of VolumesDeleted ?? []) session.print(name);
      session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
    });
}
