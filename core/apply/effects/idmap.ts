/** A container's files with its own ids: the image's layers, and the volumes that ask for it. */
import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { field } from '../../../hooks/fields.ts';
import type { ContainerdClient, Mount } from '../../containerd/index.ts';
import type { FileWorkers } from '../../files/index.ts';
import { impassable } from '../../userns/passable.ts';
import { detach } from '../../host/libc.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';

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

export interface IdmapEffectDeps {
  client: ContainerdClient;
  files: FileWorkers;
  recordOf(id: string): ContainerRecord;
}

export function idmapEffect({
  client,
  files,
  recordOf,
}: IdmapEffectDeps): EffectKind<
  { directory: string; userns: string; sources: Record<string, string> },
  Idmapped
> {
  return {
    kind: 'idmap',
    volatile: true,
    describe: ({ sources }: IdmapArgs) =>
      ['give the image’s files the container’s ids', ...Object.keys(sources)].join(', and those of '),
    check: ({ directory }) => checkPassable(dirname(directory)),
    async apply(args, { container }) {
      await release(args.directory);
      await checkPassable(dirname(args.directory));
      await mkdir(args.directory, { recursive: true, mode: 0o711 });
      const record = recordOf(container);
      const mounts = await client.snapshots.mounts(rootKeyOf(record));
      await ownRoot(files, mounts, record);
      return { rootfs: await mapRootfs(files, mounts, args), sources: await mapSources(files, args) };
    },
    undo: ({ directory }) => release(directory),
  };
}

async function checkPassable(directory: string): Promise<void> {
  const blocked = await impassable(directory);
  if (blocked === undefined) return;
  throw new PouchError('PCH_USERNS_UNMAPPABLE', `a container’s users cannot pass through ${blocked}`, {
    hint: `chmod o+x ${blocked}`,
  });
}

/** Only an overlay has a directory of the container's writes. */
async function ownRoot(
  files: FileWorkers,
  mounts: readonly Mount[],
  { draft: { uidMappings, gidMappings }, name }: ContainerRecord,
): Promise<void> {
  const [path] = mounts.flatMap(({ options }) => valueOf(options, 'upperdir'));
  if (path !== undefined)
    await files.ownRoot({ path, uidMappings, gidMappings }, `the root file system of ${name}`);
}

/** An overlay itself cannot be mapped (EINVAL), its lower directories can; so can a plain directory. */
async function mapRootfs(
  files: FileWorkers,
  mounts: readonly Mount[],
  { directory, userns }: IdmapArgs,
): Promise<Mount[]> {
  const layers: { source: string; target: string }[] = [];
  const mapped = (source: string) => {
    const target = join(directory, `layer-${layers.length}`);
    layers.push({ source, target });
    return target;
  };
  const all = mounts.map((mount) => {
    if (mount.type === 'overlay') return { ...mount, options: mapLowers(mount.options, mapped) };
    if (mount.type === 'bind') return { ...mount, source: mapped(mount.source) };
    throw unmapped(mount);
  });
  await files.mountMapped(layers, userns);
  return all;
}

function mapLowers(options: readonly string[], mapped: (source: string) => string): string[] {
  const lowers = valueOf(options, 'lowerdir').flatMap((list) => list.split(':').map(mapped));
  return options.map((option) => (option.startsWith('lowerdir=') ? `lowerdir=${lowers.join(':')}` : option));
}

/** Each by itself: they may be on file systems that hang. */
async function mapSources(
  files: FileWorkers,
  { directory, userns, sources }: IdmapArgs,
): Promise<Record<string, string>> {
  const mapped: Record<string, string> = {};
  for (const [index, [destination, source]] of Object.entries(sources).entries()) {
    const target = join(directory, `mount-${index}`);
    await files.mountMapped([{ source, target }], userns);
    mapped[destination] = target;
  }
  return mapped;
}

function unmapped({ source, type }: Mount): PouchError {
  return new PouchError(
    'PCH_USERNS_UNMAPPABLE',
    `${source} cannot be mounted with a container’s ids: it is a ${type}`,
    { hint: `use the snapshotter overlayfs or native, or ${field('usernsMode')} host` },
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
    await (entry.isDirectory() ? rmdir(path) : unlink(path));
  }
  await rmdir(directory).catch(ignoreMissing);
}
