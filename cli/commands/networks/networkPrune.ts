import { confirm } from '../../output/confirm.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

const warning = 'WARNING! This will remove all custom networks not used by at least one container.';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: until, label, label!', collect, [])
    .action(async ({ force, filter }: { force?: boolean; filter: string[] }) => {
      if (!force && !(await confirm(session, warning))) return;
      const { NetworksDeleted } = await session.client.networks.prune(parseFilters(filter));
      if (!NetworksDeleted?.length) return;
      session.print('Deleted Networks:');
      for (const name of NetworksDeleted) session.print(name);
    });
}
