import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { BootRequest, ContainerRequest } from '../../../hooks/request.ts';
import { signalNumber } from '../../contract/signals.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { checkLogOptions } from './log.ts';
import { applyDiskQuota } from './diskQuota.ts';
import { applyFirstBoot } from './firstBoot.ts';
import { applyHealthcheck } from './healthcheck.ts';
import { applyVm } from './machine.ts';
import { applyModes } from './modes.ts';
import { applyNetwork } from './network.ts';
import { applyProcess } from './process.ts';
import { applyResources } from './resources.ts';
import { applyRich } from './rich.ts';
import { applySecurity } from './security.ts';
import { applyUserns } from './userns.ts';
import { applyVolumes } from './volumes.ts';

/** What the client asked for, laid over the image's settings. */
export async function applyRequest(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  // First: the network may decide the names of the container, of which its process gets a variable.
  applyNetwork(draft, request, context);
  applyProcess(draft, request);
  applyLifecycle(draft, request);
  applyHealthcheck(draft, request);
  await applyResources(draft, request.resources ?? {}, context);
  await applyFirstBoot(draft, request);
  await applyModes(draft, request, context);
  await applyUserns(draft, request, context);
  applyVm(draft, request, context);
  await applyVolumes(draft, request, context);
  await applyDiskQuota(draft, request, context);
  await applySecurity(draft, request, context);
}

function applyLifecycle(draft: ContainerDraft, request: ContainerRequest): void {
  Object.assign(draft.labels, request.labels);
  Object.assign(draft.annotations, request.annotations);
  if (request.stopSignal) draft.stop.signal = checkedSignal(request.stopSignal);
  if (request.stopTimeout !== undefined)
    Object.assign(draft.stop, { timeoutSeconds: request.stopTimeout, isRequested: true });
  if (request.restart) draft.restart = { ...request.restart };
  if (request.boot) draft.boot = checkedBoot(request.boot);
  checkLogOptions(request.log?.options, request.log?.driver);
  if (request.log?.driver) draft.log.driver = request.log.driver;
  Object.assign(draft.log.options, request.log?.options);
  draft.autoRemove = request.autoRemove ?? false;
  if (request.rdtClass) draft.intelRdt = { closID: checkedRdtClass(request.rdtClass) };
  draft.rootfs.readonly = request.readonlyRootfs ?? false;
  if (request.runtime) draft.runtime = request.runtime;
  applyRich(draft, request);
}

/** @throws PCH_OPTION_INVALID */
function checkedBoot(boot: BootRequest): BootRequest {
  const { order = 0, delaySeconds = 0 } = boot;
  if (!Number.isInteger(order) || Math.abs(order) > 10_000)
    throw invalidField('boot.order', `expected -10000 to 10000, found ${order}`, 'lower ones start first');
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 3600)
    throw invalidField(
      'boot.delaySeconds',
      `expected 0 to 3600 seconds, found ${delaySeconds}`,
      'choose less',
    );
  return { ...boot };
}

/** It becomes a directory of /sys/fs/resctrl (kernel doc x86/resctrl). */
function checkedRdtClass(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}$/.test(name)) return name;
  throw invalidField(
    'rdtClass',
    `expected a name such as gold, found "${name}"`,
    'see the directories of /sys/fs/resctrl',
  );
}

/** A name that means nothing would be found out only at the stop. */
function checkedSignal(signal: string): string {
  signalNumber(signal, 'stopSignal');
  return signal;
}
