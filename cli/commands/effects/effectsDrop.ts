import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<effect...>', 'Keys of effects of plugins, as `pouch effects ls` lists them')
    .action((ref: string, keys: string[]) =>
      forEachRef(session, keys, async (key) => {
        const { state, sentence } = await session.client.pouch.dropEffect(ref, key);
        if (state !== 'planned') session.warn(`left on the host: ${sentence}`);
      }),
    );
}
