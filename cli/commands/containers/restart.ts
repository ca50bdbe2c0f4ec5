import { forEachRef } from '../../containers/forEachRef.ts';
import { withStopProgress } from '../../containers/stopProgress.ts';
import { addStopOptions, stopOptions } from '../../containers/stopOptions.ts';
import type { StopFlags } from '../../containers/stopOptions.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  addStopOptions(command).action((refs: string[], flags: StopFlags) => {
    const options = stopOptions(flags);
    return forEachRef(session, refs, (ref) =>
      withStopProgress(session, ref, refs.length === 1, () =>
        session.client.containers.restart(ref, options),
      ),
    );
  });
}
