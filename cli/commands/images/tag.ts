import { splitReference } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image>', 'Reference or ID')
    .argument('<name>', 'New name: NAME[:TAG]')
    .action(async (image: string, target: string) => {
      const { name, tag } = splitReference(target);
      await session.client.images.tag(image, { repo: name, ...(tag !== undefined && { tag }) });
    });
}
