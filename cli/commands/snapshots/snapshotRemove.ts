import { conflictingOptions } from '../../../client/options/OptionError.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('[snapshot...]', 'Names')
    .option('--schedule', 'End the schedule of the container; its snapshots stay')
    .action(async (ref: string, names: string[], { schedule = false }: { schedule?: boolean }) => {
      if (!schedule && names.length === 0)
        throw conflictingOptions('expected the name of a snapshot, or --schedule');
      if (schedule) await session.client.snapshots.unschedule(ref);
      await forEachRef(session, names, (name) => session.client.snapshots.remove(ref, name));
    });
}
