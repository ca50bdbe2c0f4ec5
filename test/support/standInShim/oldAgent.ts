/** What kata 1.x does not know: its agent fails on it, its shim ignores it. */
import type { OciProcess } from '../../../hooks/oci.ts';
import type { CreateTaskRequest } from '../../../core/containerd/gen/shim/task.ts';
import { version } from './identity.ts';
import { codes, StatusError } from '../../../plugins/nri/wire/status.ts';

export const isOld = / version: 1\./.test(version);
const unknown = ['CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE'];

/** As its libcontainer says it (libcontainer/capabilities_linux.go). */
export function checkCapabilities({ capabilities = {} }: Pick<OciProcess, 'capabilities'>): void {
  const found = Object.values(capabilities)
    .flat()
    .find((name) => unknown.includes(name));
  if (isOld && found !== undefined)
    throw new StatusError(codes.unknown, `rpc error: code = Internal desc = unknown capability "${found}"`);
}

/** It reads its configuration's path from one message alone, and goes by its default files without (create.go). */
export function checkOptions({ options }: CreateTaskRequest): void {
  if (isOld && options?.typeUrl !== 'cri.runtimeoptions.v1.Options')
    throw new StatusError(
      codes.unknown,
      'Cannot find usable config file (config file "/etc/kata-containers/configuration.toml" does not exist)',
    );
}
