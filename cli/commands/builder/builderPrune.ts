import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-f, --force', 'Do not prompt for confirmation')
    .action(async ({ force }: { force?: boolean }) => {
      if (!force && !(await confirm(session, 'WARNING! This will remove the build cache.'))) return;
      const { SpaceReclaimed } = await session.client.builds.prune();
      session.print(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
    });
}
