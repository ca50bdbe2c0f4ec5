import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { FileFacts } from '../../files/index.ts';
import { signalNumber } from '../../lifecycle/signals.ts';
import type { CgroupDriver } from '../cgroupPath.ts';
import { invalid } from './invalid.ts';
import { checkLog } from './log.ts';
import { applyMachine } from './machine.ts';
import { applyModes } from './modes.ts';
import { applyNetwork } from './network.ts';
import { applyProcess } from './process.ts';
import { applyResources } from './resources.ts';
import { applySecurity } from './security.ts';
import { applyUserns } from './userns.ts';
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
  /** What is at a path of the host; undefined if nothing is. @throws PCH_FILE_TIMEOUT */
  look(path: string, what: string): Promise<FileFacts | undefined>;
  /** @throws PCH_FILE_TIMEOUT if one of the paths is on a file system that hangs */
  checkResponds(paths: readonly string[], whatOf: (path: string) => string): Promise<void>;
  /** The host's mounts, as in /proc/self/mountinfo. */
  mountinfo(): string;
  cgroupDriver(): CgroupDriver;
  userns(): PouchConfig['userns'];
  /** Host ids that are kept for a container that is being planned. @throws PCH_USERNS_FULL */
  freeIds(id: string, size: number): OciIdMapping;
}

/** What the client asked for, laid over the image's settings. */
export async function applyRequest(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  applyProcess(draft, request);
  applyLifecycle(draft, request);
  await applyResources(draft, request.resources ?? {}, context);
  applyNetwork(draft, request, context);
  applyModes(draft, request, context);
  applyUserns(draft, request, context);
  applyMachine(draft, request, context);
  await applyVolumes(draft, request, context);
  await applySecurity(draft, request, context);
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
  if (request.rdtClass) draft.intelRdt = { closID: checkedRdtClass(request.rdtClass) };
  draft.rootfs.readonly = request.readonlyRootfs ?? false;
  if (request.runtime) draft.runtime = request.runtime;
  const { rich } = request;
  if (rich) draft.rich = { enabled: rich.enabled, mode: rich.mode ?? '', initScript: rich.initScript ?? '' };
}

/** It becomes a directory of /sys/fs/resctrl (kernel doc x86/resctrl). */
function checkedRdtClass(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}$/.test(name)) return name;
  throw invalid(
    `--rdt-class is a name such as gold; found "${name}"`,
    'see the directories of /sys/fs/resctrl',
  );
}

/** A name that means nothing would be found out only at the stop. */
function checkedSignal(signal: string): string {
  signalNumber(signal);
  return signal;
}
