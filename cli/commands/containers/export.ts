import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { saveStream } from '../../streams/saveStream.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-o, --output <file>', 'Write to a file, instead of STDOUT')
    .addHelpText('after', '\nVolumes and other mounts are not part of it. pouch import makes an image of it.')
    .action(async (ref: string, { output }: { output?: string }) => {
      await saveStream(session, () => session.client.copies.export(ref), output);
    });
}
