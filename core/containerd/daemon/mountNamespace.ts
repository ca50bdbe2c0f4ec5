/**
 * pouchd and its containerd need each other's mounts: root file systems, network namespaces, layers with other ids. In
 * different mount namespaces without propagation every container fails, each in words of its own.
 */
import { mkdirSync, readlinkSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PouchError } from '../../../hooks/errors.ts';
import { check, detach, mount } from '../../host/libc.ts';
import { peerPid } from '../../host/peerPid.ts';

/**
 * Succeeds too where the other process cannot be looked at, such as from within a PID namespace.
 * @param address containerd's unix socket
 * @param state a directory of pouchd's, for a mount to try with
 * @throws PCH_CONTAINERD_OTHER_MOUNTS
 */
export async function checkMountNamespace(address: string, state: string): Promise<void> {
  const pid = await peerPid(address);
  if (pid === undefined || isOurs(pid) || seesOurMounts(pid, join(state, 'mount-trial'))) return;
  throw new PouchError(
    'PCH_CONTAINERD_OTHER_MOUNTS',
    `containerd (process ${pid}, ${address}) is in another mount namespace, and does not see what pouchd mounts below ${state}`,
    {
      hint: `start pouchd in the namespace of containerd (nsenter --target ${pid} --mount pouchd …), or end its containers and that containerd, and start both in one`,
    },
  );
}

/** True as well if that cannot be found out. */
function isOurs(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
  } catch {
    return true;
  }
}

/** Another namespace may get our mounts by propagation, as where pouchd runs in a container of its own. */
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
