/** The container's own files and device nodes, made in its directory, from where they are bind-mounted. */
import { execFile } from 'node:child_process';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerDraft, DraftDevice } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hostId } from '../../userns/ids.ts';
import { ownDevices, ownFilePath } from '../../contract/ownFiles.ts';

/** `recordOf` returns the container, which may still be under construction; at an undo it may not exist. */
export function filesEffect(
  recordOf: (id: string) => ContainerRecord,
  directoryOf: (id: string) => string,
): EffectKind<Record<string, never>, undefined> {
  return {
    kind: 'files',
    describe: () => 'write /etc/hosts, /etc/hostname, /etc/resolv.conf and the plugins’ files',
    async apply(_args, { container }) {
      const { draft, paths } = recordOf(container);
      await mkdir(join(paths.directory, 'files'), { recursive: true, mode: 0o700 });
      const mounted = Object.entries(draft.files).filter(([, { own }]) => !own);
      const files = mounted.map(async ([path, { content, encoding, mode }]) => {
        const file = ownFilePath(paths.directory, path);
        await writeFile(file, Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'), {
          mode,
          flush: false,
        });
        if (draft.uidMappings.length > 0) await give(file, draft);
      });
      const nodes = Object.entries(ownDevices(draft)).map(([path, device]) =>
        makeOwnNode(ownFilePath(paths.directory, path), device, draft),
      );
      await Promise.all([...files, ...nodes]);
      return undefined;
    },
    async undo(_args, _result, { container }) {
      await rm(join(directoryOf(container), 'files'), { recursive: true, force: true });
    },
  };
}

/** Makes a device node of a container, which is bind-mounted into it. */
export async function makeOwnNode(
  node: string,
  device: DraftDevice,
  draft: Pick<ContainerDraft, 'uidMappings' | 'gidMappings'>,
): Promise<void> {
  await makeNode(node, device);
  await give(node, draft, device);
}

/** To the container's user of that id, or its processes could not use it; its root where it has no such user. */
async function give(
  file: string,
  { uidMappings, gidMappings }: Pick<ContainerDraft, 'uidMappings' | 'gidMappings'>,
  { uid = 0, gid = 0 }: { uid?: number; gid?: number } = {},
): Promise<void> {
  const idOf = (id: number, mappings: ContainerDraft['uidMappings']) =>
    hostId(id, mappings) ?? hostId(0, mappings) ?? 0;
  await chown(file, idOf(uid, uidMappings), idOf(gid, gidMappings));
}

/** Node has no mknod(2). */
async function makeNode(path: string, { type, major, minor, fileMode = 0o600 }: DraftDevice): Promise<void> {
  await rm(path, { force: true });
  const numbers = type === 'p' ? [] : [String(major), String(minor)];
  await promisify(execFile)('mknod', ['-m', (fileMode & 0o777).toString(8), path, type, ...numbers]);
}
