import { parseKeyValues } from '../../../client/options/keyValue.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[name]', 'Name (default generated)')
    .option('--label <key=value>', 'Set metadata for a volume', collect, [])
    .action(async (name: string | undefined, { label }: { label: string[] }) => {
      const volume = await session.client.volumes.create({
        ...(name !== undefined && { Name: name }),
        Labels: parseKeyValues('--label', label),
      });
      session.print(volume.Name);
    });
}
