/** Device nodes of the host, as a container gets them. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DraftDevice } from '../../hooks/draft.ts';
import type { FieldPath } from '../../hooks/fields.ts';
import type { FileFacts } from '../../hooks/files.ts';
import { invalidField } from '../../hooks/invalidField.ts';
import { kindOf } from '../files/index.ts';
import type { RequestContext } from './request/context.ts';
import { deviceNumbers } from '../../hooks/deviceNumbers.ts';

/** One device by its host path. @throws PCH_OPTION_INVALID if the path is not a device node */
export async function hostDevice(
  path: string,
  access: string,
  field: FieldPath,
  { look }: Pick<RequestContext, 'look'>,
): Promise<DraftDevice> {
  const found = await look(path, `the device ${path}`);
  const device = found && toDevice(found, access);
  if (device) return device;
  throw invalidField(
    field,
    `a device node was expected at ${path}; found ${found ? 'another file' : 'nothing'}`,
    'name a device node; `ls -l /dev` lists those of the host',
  );
}

/** Every node under /dev, but for terminals and those that the container gets its own of. */
export async function hostDevices(directory = '/dev'): Promise<Record<string, DraftDevice>> {
  const devices: Record<string, DraftDevice> = {};
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (skipped.has(path)) continue;
    const found = await lstat(path).catch(() => undefined);
    const device =
      found &&
      toDevice(
        { mode: found.mode, rdev: found.rdev, uid: found.uid, gid: found.gid, kind: kindOf(found) },
        'rwm',
      );
    if (device) devices[path] = device;
    if (found?.isDirectory()) Object.assign(devices, await hostDevices(path));
  }
  return devices;
}

const types: Partial<Record<FileFacts['kind'], 'c' | 'b'>> = { character: 'c', block: 'b' };

const skipped = new Set(['/dev/pts', '/dev/shm', '/dev/fd', '/dev/mqueue', '/dev/console', '/dev/ptmx']);

function toDevice(found: Omit<FileFacts, 'path'>, access: string): DraftDevice | undefined {
  const type = types[found.kind];
  if (!type) return undefined;
  return {
    type,
    ...deviceNumbers(found.rdev),
    fileMode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    access,
  };
}
