import { parseVolumes } from '../../../client/options/volumes.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument(
      '<mount...>',
      'What to mount, and where: HOST-PATH-OR-NAME:/CONTAINER/PATH[:OPTIONS], as for run -v',
    )
    .addHelpText(
      'after',
      `
A container that runs has the mount at once, and at each start. A volume is
created if it does not exist, and does not get what the image has there.`,
    )
    .action((ref: string, mounts: string[]) =>
      forEachRef(session, mounts, async (text) => {
        const { Warnings } = await session.client.containers.addMount(ref, { Binds: [bindOf(text)] });
        for (const warning of Warnings ?? []) session.warn(`WARNING: ${warning}`);
      }),
    );
}

/** @throws PCH_OPTION_INVALID */
function bindOf(text: string): string {
  const [bind] = parseVolumes([text]).binds;
  if (bind !== undefined) return bind;
  throw invalidOption('MOUNT', 'HOST-PATH-OR-NAME:/CONTAINER/PATH[:OPTIONS]', text);
}
