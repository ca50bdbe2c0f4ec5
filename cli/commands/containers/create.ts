import type { PouchCommand } from '../../PouchCommand.ts';
import { createContainer } from '../../run/createContainer.ts';
import { createRequest } from '../../../client/options/createRequest.ts';
import { addCreateOptions } from '../../run/runOptions.ts';
import type { CreateFlags } from '../../../client/options/runFlags.ts';
import type { Session } from '../../Session.ts';
import { sizeOf } from '../../streams/followSize.ts';

export function define(command: PouchCommand, session: Session): void {
  addCreateOptions(command);
  command
    .helpOption('--help', 'show help')
    .argument('<image>', 'Image; pulled if missing')
    .argument('[command...]', "Command and arguments, instead of the image's")
    .passThroughOptions()
    .action(async (image: string, args: string[], flags: CreateFlags) => {
      const { env, stdout } = session.terminal;
      const body = createRequest({ flags, image, command: args, environment: env, size: sizeOf(stdout) });
      session.print((await createContainer(session, body, flags)).Id);
    });
}
