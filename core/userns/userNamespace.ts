/** User namespaces that a bind-mounted file keeps open, so that all namespaces of a container can belong to one. */
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OciIdMapping } from '../../hooks/oci.ts';
import { check, detach, mount, MS_BIND } from '../host/libc.ts';
import { withProcessIn } from './heldProcess.ts';

/** Creates a user namespace with these mappings (user_namespaces(7)). Replaces the file of a failed attempt. */
export async function createUserNamespace(
  path: string,
  uids: readonly OciIdMapping[],
  gids: readonly OciIdMapping[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await releaseUserNamespace(path);
  await (await open(path, 'wx', 0o400)).close();
  await withMappedProcess(uids, gids, (userns) => {
    check(mount(userns, path, null, MS_BIND, null), `mount on ${path}`);
  });
}

/** Unmounts and removes the file; succeeds if it does not exist. The namespace ends with its last process. */
export async function releaseUserNamespace(path: string): Promise<void> {
  detach(path);
  await rm(path, { force: true });
}

function mapLines(mappings: readonly OciIdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}

/** Calls `run` with the file of a user namespace that ends with the call. */
export async function withMappedProcess<T>(
  uids: readonly OciIdMapping[],
  gids: readonly OciIdMapping[],
  run: (userns: string) => T | Promise<T>,
): Promise<T> {
  return await withProcessIn(['unshare', '--user'], async (pid) => {
    await writeFile(`/proc/${pid}/uid_map`, mapLines(uids));
    await writeFile(`/proc/${pid}/gid_map`, mapLines(gids));
    return await run(`/proc/${pid}/ns/user`);
  });
}
