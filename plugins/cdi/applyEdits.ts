/** Applies the container edits of a CDI specification to a draft. */
import { deviceNumbers, type FileAccess, PouchError, type ContainerDraft } from '../../hooks/index.ts';
import type { CdiDeviceNode, CdiEdits } from './types.ts';

/**
 * @param origin name of the device or file, used in hook names and messages
 * @throws PCH_CDI_INVALID when a device node does not exist on the host, PCH_FILE_TIMEOUT
 */
export async function applyEdits(
  draft: ContainerDraft,
  edits: CdiEdits,
  origin: string,
  files: Pick<FileAccess, 'look'>,
): Promise<void> {
  for (const pair of edits.env ?? []) {
    const at = pair.indexOf('=');
    draft.process.env[pair.slice(0, at)] = pair.slice(at + 1);
  }
  for (const node of edits.deviceNodes ?? []) draft.devices[node.path] = await toDevice(node, origin, files);
  for (const { hostPath, containerPath, type, options } of edits.mounts ?? [])
    draft.mounts[containerPath] = {
      type: type ?? 'bind',
      source: hostPath,
      options: options ?? ['ro', 'nosuid', 'nodev', 'bind'],
    };
  for (const [index, { hookName: kind, ...hook }] of (edits.hooks ?? []).entries())
    draft.ociHooks[`${origin}#${index}`] = { kind, ...hook };
  for (const gid of edits.additionalGids ?? []) addGroup(draft, String(gid));
  if (edits.intelRdt) draft.intelRdt = { ...edits.intelRdt };
}

function addGroup({ process }: ContainerDraft, gid: string): void {
  // 0 would give away the group of the host's root (CDI SPEC.md, additionalGids).
  if (gid !== '0' && !process.groups.includes(gid)) process.groups.push(gid);
}

/** A type or device number that the specification omits comes from the host's node. */
async function toDevice(
  node: CdiDeviceNode,
  origin: string,
  files: Pick<FileAccess, 'look'>,
): Promise<ContainerDraft['devices'][string]> {
  const { fileMode, uid, gid, permissions, path, hostPath = path } = node;
  return {
    ...(hostPath !== path && { hostPath }),
    ...(await numbersOf(node, origin, files)),
    ...(fileMode !== undefined && { fileMode }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    access: permissions || 'rw',
  };
}

async function numbersOf(node: CdiDeviceNode, origin: string, files: Pick<FileAccess, 'look'>) {
  const type = node.type === 'u' ? 'c' : node.type || undefined;
  if (type === 'p') return { type: 'p' as const, major: 0, minor: 0 };
  if (type !== undefined && node.major !== undefined && node.minor !== undefined)
    return { type: type as 'c' | 'b', major: node.major, minor: node.minor };
  const path = node.hostPath ?? node.path;
  const found = await files.look(path, `the device ${path} of ${origin}`);
  if (found?.kind === 'character') return { type: 'c' as const, ...deviceNumbers(found.rdev) };
  if (found?.kind === 'block') return { type: 'b' as const, ...deviceNumbers(found.rdev) };
  throw new PouchError(
    'PCH_CDI_INVALID',
    `${origin}: expected a device node at ${path}, found ${found ? 'another type of file' : 'nothing'}`,
    { hint: 'load its driver, or regenerate the specification with the vendor’s tool' },
  );
}
