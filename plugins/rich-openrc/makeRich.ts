import {
  addLaunchedCommand,
  addRunMounts,
  bootInit,
  type ContainerDraft,
  powerCommands,
  serviceCommand,
} from '../../hooks/index.ts';
import type { OpenrcInit } from './findInit.ts';
import { isBooting, listPath, readinessProbe } from './readiness.ts';
import { addService, addVariables } from './service.ts';
import { serviceCommands } from './services.ts';

/** Changes the draft so that the image's init is PID 1 and the command is one of OpenRC's services. */
export async function makeRich(draft: ContainerDraft, init: OpenrcInit): Promise<void> {
  const command = serviceCommand(draft);
  // A boot would find the services of the last one as started, and start none.
  addRunMounts(draft);
  addVariables(draft);
  if (command) addService(draft, addLaunchedCommand(draft, command, { isBooting, powerOff: init.powerOff }));
  else draft.rich.init = init.path;
  await bootInit(draft, { init: [init.path], keepsStreams: true, usesConsole: true });
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands(listPath);
  draft.rich.power ??= powerCommands;
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = init.stopSignal;
}
