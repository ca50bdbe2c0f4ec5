import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/runOptions.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'named volumes too, not only anonymous ones')
    .option('-f, --force', 'do not ask')
    .option('--filter <key=value>', 'label, label!', collect, [])
    .action(async ({ all, force, filter }: { all?: boolean; force?: boolean; filter: string[] }) => {
      const filters = { ...parseFilters(filter), ...(all && { all: ['true'] }) };
      const which = all ? 'all volumes' : 'all anonymous volumes';
      if (!force && !(await confirm(session, `This removes ${which} that no container uses.`))) return;
      const { VolumesDeleted, SpaceReclaimed } = await session.client.volumes.prune(filters);
      for (const name of VolumesDeleted ?? []) session.print(name);
      session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
    });
}
