import { isCdiDevice, parseDevice } from '../../../client/options/devices.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const form = '/HOST/DEVICE[:/CONTAINER/DEVICE][:rwm]';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<device...>', `${form}, as for run --device`)
    .addHelpText(
      'after',
      `
A container that runs has the device at once, and at each start. A CDI device
needs a new container.`,
    )
    .action((ref: string, devices: string[]) =>
      forEachRef(session, devices, async (text) => {
        if (isCdiDevice(text)) throw invalidOption('DEVICE', form, text);
        const { Warnings } = await session.client.containers.addDevice(ref, parseDevice(text));
        for (const warning of Warnings ?? []) session.warn(`WARNING: ${warning}`);
      }),
    );
}
