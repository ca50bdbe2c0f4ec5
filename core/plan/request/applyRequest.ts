import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { signalNumber } from '../../lifecycle/signals.ts';
import { checkLog } from './log.ts';
import { applyMachine } from './machine.ts';
import { applyModes } from './modes.ts';
import { applyNetwork } from './network.ts';
import { applyProcess } from './process.ts';
import { applyResources } from './resources.ts';
import { applySecurity } from './security.ts';
import { applyVolumes } from './volumes.ts';

/** Where facts about other things on the host come from while a plan is made; all of it only reads. */
export interface RequestContext {
  /** Full id of a container whose namespaces are to be joined. @throws PCH_CONTAINER_NOT_FOUND, PCH_RUNTIME_CANNOT */
  containerId(ref: string): string;
  /** The container that a virtual machine began with, by that one or another in it. @throws PCH_CONTAINER_NOT_FOUND */
  machineOf(ref: string): ContainerRecord;
  /** Host directory of a volume's data, whether it exists or not. */
  volumePath(name: string): string;
  root: string;
}

/** What the client asked for, laid over the image's settings. */
export async function applyRequest(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  applyProcess(draft, request);
  applyLifecycle(draft, request);
  applyResources(draft, request.resources ?? {});
  applyNetwork(draft, request, context);
  applyModes(draft, request, context);
  applyMachine(draft, request, context);
  applyVolumes(draft, request, context);
  await applySecurity(draft, request);
}

function applyLifecycle(draft: ContainerDraft, request: ContainerRequest): void {
  Object.assign(draft.labels, request.labels);
  Object.assign(draft.annotations, request.annotations);
  if (request.stopSignal) draft.stop.signal = checkedSignal(request.stopSignal);
  if (request.stopTimeout !== undefined) draft.stop.timeoutSeconds = request.stopTimeout;
  if (request.restart) draft.restart = { ...request.restart };
  checkLog(request.log ?? {});
  if (request.log?.driver) draft.log.driver = request.log.driver;
  Object.assign(draft.log.options, request.log?.options);
  draft.autoRemove = request.autoRemove ?? false;
  draft.rootfs.readonly = request.readonlyRootfs ?? false;
  if (request.runtime) draft.runtime = request.runtime;
  const { rich } = request;
  if (rich) draft.rich = { enabled: rich.enabled, mode: rich.mode ?? '', initScript: rich.initScript ?? '' };
}

/** A name that means nothing would be found out only at the stop. */
function checkedSignal(signal: string): string {
  signalNumber(signal);
  return signal;
}
