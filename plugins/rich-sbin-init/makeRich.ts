import { posix } from 'node:path';
import {
  addLaunchedCommand,
  addRunMounts,
  bootInit,
  type ContainerDraft,
  type ImageFile,
  type PowerOrders,
  serviceCommand,
} from '../../hooks/index.ts';
import { initPath } from './findInit.ts';
import { isBooting, readinessProbe } from './readiness.ts';
import { serviceCommands } from './services.ts';

/** Changes the draft so that the image's init is PID 1 and the command runs beside it. */
export async function makeRich(draft: ContainerDraft, init: ImageFile): Promise<void> {
  const isBusybox = posix.basename(init.path) === 'busybox';
  const command = serviceCommand(draft);
  // An image of busybox may have files on /run that its programs need.
  if (!isBusybox) addRunMounts(draft);
  const powerOff = isBusybox ? 'kill -USR2 1' : `${initPath} 0`;
  const launcher = command && addLaunchedCommand(draft, command, { isBooting, powerOff });
  await bootInit(draft, {
    init: [initPath],
    ...(launcher && { before: inBackground(launcher) }),
    // busybox has its output as its console (init/init.c).
    usesConsole: !isBusybox,
  });
  if (!command) draft.rich.init = initPath;
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands(init);
  draft.rich.power ??= powerOrders(isBusybox);
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = stopSignal(isBusybox);
}

/** The init adopts it, and it keeps the container's streams. */
function inBackground(program: string): string {
  return ['exec 3<&0', `${program} <&3 3<&- &`, 'exec 3<&-'].join('\n');
}

/**
 * Returns the signal that stops an init. busybox powers off on SIGUSR2 (init/init.c); sysvinit runs the action
 * ctrlaltdel of its inittab on SIGINT, which is a shutdown in every distribution (inittab(5)).
 */
function stopSignal(isBusybox: boolean): string {
  return isBusybox ? 'SIGUSR2' : 'SIGINT';
}

/** busybox reboots on SIGTERM (init/init.c); other inits have shutdown(8). */
function powerOrders(isBusybox: boolean): PowerOrders {
  if (isBusybox) return { reboot: { signal: 'SIGTERM' }, poweroff: { signal: 'SIGUSR2' } };
  const shutdown = (how: string) => ({ args: ['/bin/sh', '-c', `exec /sbin/shutdown ${how} now 2>&1`] });
  // Without -h, sysvinit refuses -P.
  return { reboot: shutdown('-r'), poweroff: shutdown('-h -P') };
}
