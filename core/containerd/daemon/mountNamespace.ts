/**
 * pouchd and containerd use each other's mounts: root file systems, network namespaces, idmapped layers. In different
 * mount namespaces without propagation every container fails, with a different error each.
 */
import { mkdirSync, readlinkSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PouchError } from '../../../hooks/errors.ts';
import { check, detach, mount } from '../../host/libc.ts';
import { peerPid } from '../../host/peerPid.ts';

/**
 * Also succeeds if the other process cannot be inspected, e.g. from inside a PID namespace.
 * @param address containerd's unix socket
 * @param state a directory of pouchd, for a trial mount
 * @throws PCH_CONTAINERD_OTHER_MOUNTS
 */
export async function checkMountNamespace(address: string, state: string): Promise<void> {
  const pid = await peerPid(address);
  if (pid === undefined || isOurs(pid) || seesOurMounts(pid, join(state, 'mount-trial'))) return;
  throw new PouchError(
    'PCH_CONTAINERD_OTHER_MOUNTS',
    `containerd (process ${pid}, ${address}) is in another mount namespace and does not see the mounts of pouchd below ${state}`,
    {
      hint: `start pouchd in the namespace of containerd (nsenter --target ${pid} --mount pouchd …), or stop its containers and that containerd and start both in one namespace`,
    },
  );
}

/** Also true if it cannot be determined. */
function isOurs(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
  } catch {
    return true;
  }
}

/** Mounts may propagate to another namespace, e.g. if pouchd runs in a container. */
function seesOurMounts(pid: number, directory: string): boolean {
  detach(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    check(mount('tmpfs', directory, 'tmpfs', 0, null), `mount on ${directory}`);
    return device(join(`/proc/${pid}/root`, directory)) === device(directory);
  } finally {
    detach(directory);
    rmdirSync(directory);
  }
}

function device(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev;
}
