/** Device rules of a cgroup v1 that exists (Documentation/admin-guide/cgroup-v1/devices.rst). */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `c 10:229 rwm` */
export interface DeviceAccess {
  type: string;
  major: number;
  minor: number;
  access: string;
}

const hierarchy = '/sys/fs/cgroup/devices';

/**
 * Allows a device in a cgroup and all below it, which have rules of their own. `path` is relative to the hierarchy's
 * root. @throws the system's error: EPERM if a cgroup above does not allow it
 */
export async function allowDevice(path: string, device: DeviceAccess): Promise<void> {
  await allowBelow(join(hierarchy, path), lineOf(device));
}

async function allowBelow(directory: string, line: string): Promise<void> {
  await writeFile(join(directory, 'devices.allow'), line);
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries)
    if (entry.isDirectory()) await allowBelow(join(directory, entry.name), line).catch(ifGone);
}

/** Takes it away again, also in all cgroups below; does nothing if the cgroup is gone. */
export async function denyDevice(path: string, device: DeviceAccess): Promise<void> {
  if (device.access === '') return;
  await writeFile(join(hierarchy, path, 'devices.deny'), lineOf(device)).catch(ifGone);
}

function lineOf({ type, major, minor, access }: DeviceAccess): string {
  return `${type} ${major}:${minor} ${access}`;
}

function ifGone(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'ENODEV'].includes(error.code ?? '')) throw error;
}
