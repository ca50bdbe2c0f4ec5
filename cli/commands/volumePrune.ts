import { confirm } from '../output/confirm.ts';
import { humanSize } from '../output/units.ts';
import { parseFilters } from '../parse/filters.ts';
import type { PouchCommand } from '../pouchCommand.ts';
import { collect } from '../run/runOptions.ts';
import type { Session } from '../session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-f, --force', 'do not ask')
    .option('--filter <key=value>', 'label', collect, [])
    .action(async ({ force, filter }: { force?: boolean; filter: string[] }) => {
      const filters = parseFilters(filter);
      if (!force && !(await confirm(session, 'This removes all volumes that no container uses.'))) return;
      const { VolumesDeleted, SpaceReclaimed } = await session.client.volumes.prune(filters);
      for (const name of VolumesDeleted ?? []) session.print(name);
      session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
    });
}
