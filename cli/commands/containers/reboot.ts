import { forEachRef } from '../../containers/forEachRef.ts';
import { withStopProgress } from '../../containers/stopProgress.ts';
import { addTimeOptions, stopOptions } from '../../containers/stopOptions.ts';
import type { StopFlags } from '../../containers/stopOptions.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  addTimeOptions(command).action((refs: string[], flags: Omit<StopFlags, 'signal'>) => {
    const options = stopOptions(flags);
    return forEachRef(session, refs, (ref) =>
      withStopProgress(session, ref, refs.length === 1, () => session.client.containers.reboot(ref, options)),
    );
  });
}
