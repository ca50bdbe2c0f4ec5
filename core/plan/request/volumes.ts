import { ownVolumeName } from '../../contract/ownVolume.ts';
import { posix } from 'node:path';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import type { ContainerRequest, VolumeRequest } from '../../../hooks/request.ts';
import { mountOf } from '../../host/mountinfo.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { nestedStorage } from '../nested.ts';
import { volumesFrom } from './heldVolumes.ts';
import { applyPropagation, propagations } from './propagation.ts';
import { checkTmpfsOptions, type VolumePath } from './tmpfs.ts';

/** Of one container; each costs a mount, and at its creation a look at the host. */
const maxMounts = 1024;

const volumeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** Bind mounts, volumes (also the image's anonymous ones) and tmpfs mounts. */
export async function applyVolumes(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  const ofOthers = volumesFrom(request, context);
  const ofImage = impliedVolumes(draft, request, ofOthers);
  const implied = ofImage.length + ofOthers.length;
  const asked = [...ofImage, ...ofOthers, ...(request.volumes ?? [])];
  if (asked.length > maxMounts)
    throw invalidField(
      'volumes',
      `expected at most ${maxMounts} mounts, found ${asked.length}`,
      'mount a directory above them',
    );
  const seen = new Set<string>();
  for (const [index, volume] of asked.entries()) {
    const path: VolumePath = `volumes[${Math.max(index - implied, 0)}]`;
    const at = placeOf(index, ofImage.length, implied);
    const destination = checkDestination(volume.destination, at);
    if (seen.has(destination))
      throw invalidField(at, `two mounts have the destination ${destination}`, 'leave one out');
    seen.add(destination);
    await mount(draft, { ...volume, destination }, { path, index, context });
  }
  // Plugins look at them later, and cannot be interrupted.
  const sources = asked.flatMap(({ kind, source }) => (kind === 'bind' && source ? [source] : []));
  await context.checkResponds(sources, (path) => `the bind source ${path}`);
  await checkKinds(draft, asked, { ofImage: ofImage.length, implied, context });
  if (request.shmSize && draft.mounts['/dev/shm']?.type === 'tmpfs') setShmSize(draft, request.shmSize);
  await fillOnlyFromImage(draft);
}

interface KindsContext {
  /** How many of the mounts are the image's: they come first. */
  ofImage: number;
  /** The same with those of other containers, which follow. */
  implied: number;
  context: RequestContext;
}

/** The field that a mount comes from. */
function placeOf(index: number, ofImage: number, implied: number): FieldPath {
  if (index < ofImage) return 'image';
  return index < implied ? 'volumesFrom' : `volumes[${index - implied}].destination`;
}

/**
 * A file cannot be mounted on a directory, nor a directory on a file (mount(2), ENOTDIR).
 * @throws PCH_OPTION_INVALID
 */
async function checkKinds(
  draft: ContainerDraft,
  asked: VolumeRequest[],
  { ofImage, implied, context }: KindsContext,
): Promise<void> {
  await Promise.all(
    asked.map(async (volume, index) => {
      const destination = normal(volume.destination);
      const there = await draft.image.stat(destination);
      // What another mount hides is not in the way.
      if (!there || isBelow(there.path, Object.keys(draft.mounts))) return;
      const source = volume.kind === 'bind' ? await kindAt(volume.source ?? '', context) : 'directory';
      if (source === undefined || source === plainKind(there.kind)) return;
      throw invalidField(
        placeOf(index, ofImage, implied),
        `expected a ${source} at ${destination} of the image, as the source is one; found a ${plainKind(there.kind)}`,
        'choose another destination',
      );
    }),
  );
}

/** Undefined for a source that does not exist: a directory is created there, or the mount is refused. */
async function kindAt(source: string, { look }: RequestContext): Promise<'directory' | 'file' | undefined> {
  const found = await look(source, `the bind source ${source}`);
  return found && plainKind(found.kind);
}

function plainKind(kind: string): 'directory' | 'file' {
  return kind === 'directory' ? 'directory' : 'file';
}

function isBelow(path: string, mounts: string[]): boolean {
  return mounts.some((mount) => path.startsWith(`${mount}/`));
}

/** A volume where the image has nothing needs no copy, which costs a mount and several processes. */
async function fillOnlyFromImage({ effects, image }: ContainerDraft): Promise<void> {
  const filled = Object.values(effects).filter(
    ({ kind, args }) =>
      'copyFrom' in args && args['copyFrom'] && (kind === 'volume' || kind === 'bind-source'),
  );
  await Promise.all(
    filled.map(async ({ args }) => {
      if (!(await image.stat(String(args['copyFrom'])))) args['copyFrom'] = '';
    }),
  );
}

function setShmSize(draft: ContainerDraft, bytes: number): void {
  const shm = draft.mounts['/dev/shm'];
  if (shm) shm.options = [...shm.options.filter((option) => !option.startsWith('size=')), `size=${bytes}`];
}

/** The image's `Volumes` and those of engines in the container, where the request mounts nothing. */
function impliedVolumes(
  draft: ContainerDraft,
  { volumes: asked = [], volumeDriver }: ContainerRequest,
  ofOthers: VolumeRequest[],
): VolumeRequest[] {
  const taken = new Set([...asked, ...ofOthers].map(({ destination }) => normal(destination)));
  const wanted = new Set([
    ...Object.keys(draft.image.config.config?.Volumes ?? {}).map(normal),
    ...(draft.rich.nested ? nestedStorage : []),
  ]);
  return [...wanted]
    .filter((path) => !taken.has(path))
    .map((destination) => ({
      kind: 'volume' as const,
      destination,
      ...(volumeDriver && { driver: volumeDriver }),
    }));
}

function checkDestination(path: string, at: FieldPath): string {
  if (!path.startsWith('/'))
    throw invalidField(at, `a mount's destination is an absolute path; found "${path}"`, 'begin it with /');
  const clean = normal(path);
  if (clean === '/')
    throw invalidField(at, 'the root of the container cannot be mounted over', 'choose another destination');
  return clean;
}

/** `/data/` and `/a/../data` are `/data`. */
function normal(path: string): string {
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}

interface Place {
  path: VolumePath;
  /** Among all mounts, those of the image included. */
  index: number;
  context: RequestContext;
}

async function mount(draft: ContainerDraft, volume: VolumeRequest, place: Place): Promise<void> {
  if (volume.kind === 'tmpfs') mountTmpfs(draft, volume, place);
  else if (volume.kind === 'bind') await mountBind(draft, volume, place);
  else mountVolume(draft, volume, place);
}

function mountTmpfs(
  draft: ContainerDraft,
  { destination, options = [], readonly }: VolumeRequest,
  { path }: Place,
): void {
  checkTmpfsOptions(path, destination, options);
  const standard = ['nosuid', 'noexec', 'nodev'].filter(
    (option) => !options.includes(option.replace('no', '')),
  );
  draft.mounts[destination] = {
    type: 'tmpfs',
    source: 'tmpfs',
    options: [...standard, ...options, ...(readonly ? ['ro'] : [])],
  };
}

async function mountBind(
  draft: ContainerDraft,
  volume: VolumeRequest,
  { path, context }: Place,
): Promise<void> {
  const source = volume.source ?? '';
  if (!source.startsWith('/'))
    throw invalidField(
      `${path}.source`,
      `a bind mount's source is an absolute host path; found "${source}"`,
      'begin it with /',
    );
  if (volume.options?.includes('idmap')) checkIdmap(draft, source, path);
  const options = [...bindOptions(volume), ...lockedFlags(draft, source, context)];
  if (draft.uidMappings.length > 0 && !(await reasonUnmapped(source, options, context)))
    options.push('idmap');
  draft.mounts[volume.destination] = { type: 'bind', source, options };
  applyPropagation(draft, source, volume.options ?? [], `${path}.options`, context);
  draft.effects[`bind.${volume.destination}`] = {
    kind: 'bind-source',
    stage: 'create',
    ...(volume.fill && { needs: ['snapshot'] }),
    args: {
      path: source,
      create: volume.createSource ?? false,
      ...(volume.fill && { copyFrom: volume.destination }),
    },
  };
}

/**
 * A user namespace may not clear these flags of a mount of the host, and a runtime that makes it read-only sets its
 * flags anew (mount_namespaces(7), "Restrictions on mount namespaces").
 */
function lockedFlags(
  { uidMappings }: ContainerDraft,
  source: string,
  { mountinfo }: Pick<RequestContext, 'mountinfo'>,
): string[] {
  if (uidMappings.length === 0) return [];
  const found = mountOf(source, mountinfo())?.options ?? [];
  return ['nosuid', 'nodev', 'noexec'].filter((flag) => found.includes(flag));
}

/**
 * Why a bind mount shows the ids of the host in a container with users of its own; undefined if it can have theirs.
 * What is mounted later on the host would keep the host's.
 */
export async function reasonUnmapped(
  source: string,
  options: readonly string[],
  { unmappable }: Pick<RequestContext, 'unmappable'>,
): Promise<string | undefined> {
  const asked = options.find((option) => /^(no)?idmap$|^r?(shared|slave)$/.test(option));
  return asked === undefined ? await unmappable(source) : `it has the option ${asked}`;
}

function checkIdmap(draft: ContainerDraft, source: string, path: VolumePath): void {
  if (draft.uidMappings.length > 0) return;
  throw invalidField(
    `${path}.options`,
    `bind mount ${source}: idmap is for containers with users of their own`,
    `leave it out, or give ${field('usernsMode')} auto`,
  );
}

function mountVolume(draft: ContainerDraft, volume: VolumeRequest, { path, index, context }: Place): void {
  const anonymous = !volume.source;
  const name = volume.source ?? ownVolumeName(draft.id, context.ownVolume?.(volume.destination) ?? index);
  if (!volumeName.test(name))
    throw invalidField(
      `${path}.source`,
      `a volume's name is letters, digits, _ . -; found "${name}"`,
      'rename it',
    );
  const source = context.volumePath(name);
  draft.mounts[volume.destination] = {
    type: 'bind',
    source,
    // Several containers, each with users of its own, can share a volume: it holds what they call their ids.
    options: [
      ...bindOptions(volume),
      ...lockedFlags(draft, source, context),
      ...(draft.uidMappings.length > 0 ? ['idmap'] : []),
    ],
  };
  draft.effects[`volume.${volume.destination}`] = {
    kind: 'volume',
    stage: 'create',
    needs: ['snapshot'],
    args: { name, anonymous, copyFrom: volume.nocopy ? '' : volume.destination, ...driverOf(volume) },
  };
}

function driverOf({ driver, driverOptions }: VolumeRequest): {
  driver?: string;
  options?: Record<string, string>;
} {
  return { ...(driver && { driver }), ...(driverOptions && { options: driverOptions }) };
}

function bindOptions({ readonly, options = [] }: VolumeRequest): string[] {
  const propagation = options.some((option) => propagations.includes(option)) ? [] : ['rprivate'];
  return ['rbind', readonly ? 'ro' : 'rw', ...propagation, ...options];
}
