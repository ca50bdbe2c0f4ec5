/** A container's files with its own ids: the image's layers, and the volumes that ask for it. */
import { lchown, lstat, mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effects.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient, Mount } from '../../containerd/index.ts';
import { detach } from '../../host/libc.ts';
import { hostId, isMapped } from '../../userns/ids.ts';
import { mountMapped } from '../../userns/idmappedMount.ts';

interface IdmapArgs {
  /** Directory for the mounts. */
  directory: string;
  /** File of the user namespace. */
  userns: string;
  /** Host paths by their destination in the container. */
  sources: Record<string, string>;
}

export interface Idmapped {
  /** What the task is made with, in place of the snapshot's own mounts. */
  rootfs: Mount[];
  /** Host paths by destination, in place of those of the spec. */
  sources: Record<string, string>;
}

export function idmapEffect(
  client: ContainerdClient,
  recordOf: (id: string) => ContainerRecord,
): EffectKind<{ directory: string; userns: string; sources: Record<string, string> }, Idmapped> {
  return {
    kind: 'idmap',
    volatile: true,
    describe: ({ sources }: IdmapArgs) =>
      ['give the image’s files the container’s ids', ...Object.keys(sources)].join(', and those of '),
    async apply(args, { container }) {
      await release(args.directory);
      await checkPassable(dirname(args.directory));
      await mkdir(args.directory, { recursive: true, mode: 0o711 });
      const mounts = await client.snapshots.mounts(container);
      await ownRoot(mounts, recordOf(container));
      return { rootfs: await mapRootfs(mounts, args), sources: await mapSources(args) };
    },
    undo: ({ directory }) => release(directory),
  };
}

/** Runtimes open the root file system and its mounts as the container's root, which is nobody on the host. */
async function checkPassable(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found && (found.mode & 0o001) === 0)
    throw new PouchError('PCH_USERNS_UNMAPPABLE', `a container’s users cannot pass through ${directory}`, {
      hint: `chmod o+x ${directory}`,
    });
  if (directory !== '/') await checkPassable(dirname(directory));
}

/** The directory that the container's writes go to: its root is the container's root until somebody changes it. */
async function ownRoot(mounts: readonly Mount[], { draft }: ContainerRecord): Promise<void> {
  const upper = mounts.flatMap(({ options }) => valueOf(options, 'upperdir'))[0];
  if (upper === undefined) return;
  const { uid, gid } = await lstat(upper);
  if (isMapped(uid, draft.uidMappings) && isMapped(gid, draft.gidMappings)) return;
  await lchown(upper, hostId(0, draft.uidMappings) ?? uid, hostId(0, draft.gidMappings) ?? gid);
}

/** An overlay itself cannot be mapped (EINVAL), its lower directories can; so can a plain directory. */
async function mapRootfs(mounts: readonly Mount[], args: IdmapArgs): Promise<Mount[]> {
  let count = 0;
  const mapped = (source: string) => mapOne(source, join(args.directory, `layer-${count++}`), args);
  const all: Mount[] = [];
  for (const mount of mounts)
    if (mount.type === 'overlay') all.push({ ...mount, options: await mapLowers(mount.options, mapped) });
    else if (mount.type === 'bind') all.push({ ...mount, source: await mapped(mount.source) });
    else throw unmapped(mount.source, `a snapshot that is a ${mount.type}`);
  return all;
}

async function mapLowers(
  options: readonly string[],
  mapped: (source: string) => Promise<string>,
): Promise<string[]> {
  const lowers: string[] = [];
  for (const lower of valueOf(options, 'lowerdir').flatMap((list) => list.split(':')))
    lowers.push(await mapped(lower));
  return options.map((option) => (option.startsWith('lowerdir=') ? `lowerdir=${lowers.join(':')}` : option));
}

async function mapSources(args: IdmapArgs): Promise<Record<string, string>> {
  const mapped: Record<string, string> = {};
  for (const [index, [destination, source]] of Object.entries(args.sources).entries())
    mapped[destination] = await mapOne(source, join(args.directory, `mount-${index}`), args);
  return mapped;
}

async function mapOne(source: string, target: string, { userns }: IdmapArgs): Promise<string> {
  if ((await lstat(source)).isDirectory()) await mkdir(target);
  else await writeFile(target, '');
  try {
    mountMapped(source, target, userns);
  } catch (error) {
    throw unmapped(source, messageOf(error));
  }
  return target;
}

function unmapped(source: string, reason: string): PouchError {
  return new PouchError(
    'PCH_USERNS_UNMAPPABLE',
    `${source} cannot be mounted with a container’s ids: ${reason}`,
    {
      hint: 'it needs Linux 5.19 and a file system such as ext4, xfs or btrfs (mount_setattr(2)); or use --userns host',
    },
  );
}

/** Value of `NAME=VALUE` in mount options. */
function valueOf(options: readonly string[], name: string): string[] {
  return options
    .filter((option) => option.startsWith(`${name}=`))
    .map((option) => option.slice(name.length + 1));
}

/** Unmounts and removes all; succeeds if there is nothing. */
async function release(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    detach(path);
    // Never what is mounted, should the umount have failed: only what is empty goes.
    await (entry.isDirectory() ? rmdir(path) : rm(path));
  }
  await rmdir(directory).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
