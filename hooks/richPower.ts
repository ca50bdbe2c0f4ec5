import { type Static, Type } from '@sinclair/typebox';
import { closed, says, text } from './schema.ts';

/** Schema of how an init is asked to do something. */
const InitOrder = Type.Union([
  closed({ signal: says('Sent to the init: `SIGRTMIN+5`.') }),
  closed({
    args: Type.Array(text, {
      minItems: 1,
      description:
        'A command that runs in the container as root; the end of the container need not wait for it.',
    }),
  }),
]);

/** How an init is asked to do something: by a signal or by a command in the container. */
export type InitOrder = Static<typeof InitOrder>;

/** Schema of how an init reboots and powers off, each of which ends it. */
export const PowerOrders = closed({ reboot: InitOrder, poweroff: InitOrder });
/** How the init of a rich container is asked to reboot and to power off. */
export type PowerOrders = Static<typeof PowerOrders>;

/** For inits whose image, or mode, has the commands reboot(8) and poweroff(8). */
export const powerCommands: PowerOrders = {
  reboot: { args: ['/sbin/reboot'] },
  poweroff: { args: ['/sbin/poweroff'] },
};
