import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { saveStream } from '../../streams/saveStream.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'References or IDs')
    .option('-o, --output <file>', 'Write to a file, instead of STDOUT')
    .action(async (refs: string[], { output }: { output?: string }) => {
      await saveStream(session, () => session.client.images.save(refs), output);
    });
}
