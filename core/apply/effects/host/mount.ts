import { readFile } from 'node:fs/promises';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import { detach } from '../../../host/libc.ts';
import { type Mount, mountOf, mountOn } from '../../../host/mountinfo.ts';
import type { HostKind, HostStep } from './hostKind.ts';
import { createAbove, findPath, type PathFiles, removeCreated } from './hostPaths.ts';
import { requireSuccess, runTool } from './runTool.ts';

type Args = HostEffectArgs<'host.mount'>;

interface Note {
  /** Directories that the mount needs and the host did not have. */
  created: string[];
  /** What a bind mount shows. */
  bound?: Pick<Mount, 'device' | 'root'>;
}

/** Milliseconds that an orderly unmount may take: a server that is gone never responds. */
const unmountMs = 10_000;

/** Name of a tmpfs in the list of mounts. */
const tmpfsName = 'pouch';

/** Programs that mount what the kernel cannot mount by itself. */
const helpers: Partial<Record<Args['type'], { program: string; packages: string }>> = {
  nfs: { program: '/sbin/mount.nfs', packages: 'nfs-common' },
  nfs4: { program: '/sbin/mount.nfs4', packages: 'nfs-common' },
  cifs: { program: '/sbin/mount.cifs', packages: 'cifs-utils' },
};

export function mountKind(files: PathFiles): HostKind<Args, Note> {
  return {
    kind: 'host.mount',
    describe,
    resource: ({ target }) => `path ${target}`,

    async survey(args) {
      const { target, type } = args;
      checkSource(args);
      await checkHelper(files, type);
      const { self, missing } = await findPath(files, target);
      if (self && self.kind !== 'directory')
        throw conflict(args, `expected a directory at ${target}, found another file`);
      const found = mountOn(target, await mountinfo());
      if (found) throw conflict(args, `${found.source} (${found.type}) is mounted there`);
      const created = self ? [] : [...missing, target];
      return { created, ...(type === 'bind' && { bound: await boundBy(files, args) }) };
    },

    async apply(args, note, step) {
      const { target } = args;
      await createAbove(files, target, note.created);
      const found = mountOn(target, await mountinfo());
      if (!found || !isOurs(found, args, note)) await mount(args, step);
    },

    async undo(args, note, step) {
      const { target } = args;
      const found = mountOn(target, await mountinfo());
      if (found && isOurs(found, args, note)) await unmount(target, step);
      await removeCreated(files, note.created);
    },
  };
}

function describe({ type, source, target }: Args): string {
  if (type === 'tmpfs') return `mount a tmpfs on ${target}`;
  return type === 'bind' ? `bind ${source} to ${target}` : `mount ${source} (${type}) on ${target}`;
}

function checkSource({ type, source }: Args): void {
  if (type === 'tmpfs' ? source === undefined : source !== undefined) return;
  throw new PouchError(
    'PCH_PLAN_INVALID',
    `a ${type} mount of an effect ${type === 'tmpfs' ? `has no source, found ${source}` : 'needs a source'}`,
    { hint: 'docs/reference/effects.md has the arguments of host.mount' },
  );
}

async function checkHelper(files: PathFiles, type: Args['type']): Promise<void> {
  const helper = helpers[type];
  if (!helper || (await files.look(helper.program))) return;
  throw new PouchError(
    'PCH_TOOL_MISSING',
    `a mount of type ${type} needs ${helper.program}, which does not exist`,
    {
      hint: `apt-get install ${helper.packages}`,
    },
  );
}

/** @throws PCH_EFFECT_CONFLICT unless the source is a directory */
async function boundBy(files: PathFiles, args: Args): Promise<Pick<Mount, 'device' | 'root'>> {
  const source = args.source ?? '';
  const { self } = source.startsWith('/') ? await findPath(files, source) : { self: undefined };
  if (self?.kind !== 'directory')
    throw conflict(args, `expected a directory at ${source}, found ${self ? 'another file' : 'nothing'}`);
  const above = mountOf(source, await mountinfo());
  if (!above) throw conflict(args, `${source} is on no file system`);
  const below = source.slice(above.point === '/' ? 0 : above.point.length);
  return { device: above.device, root: `${above.root === '/' ? '' : above.root}${below}` || '/' };
}

/** Whether a mount is that of the effect, and not one that others have made since. */
function isOurs(found: Mount, { type, source = '' }: Args, { bound }: Note): boolean {
  if (type === 'bind') return found.device === bound?.device && found.root === bound.root;
  if (type === 'tmpfs') return found.type === 'tmpfs' && found.source === tmpfsName;
  const family = type === 'cifs' ? /^(cifs|smb3)$/ : /^nfs4?$/;
  return family.test(found.type) && trimmed(found.source) === trimmed(source);
}

function trimmed(source: string): string {
  return source.replace(/(?<=[^:])\/+$/, '');
}

async function mount(args: Args, { signal }: HostStep): Promise<void> {
  const { type, source = tmpfsName, target, options = [] } = args;
  const all = ['nosuid', 'nodev', ...(type === 'bind' ? ['bind'] : retriesOf(args)), ...options].join(',');
  const helper = helpers[type];
  const outcome = helper
    ? await runTool(helper.program, [source, target, '-o', all], { signal })
    : await runTool('mount', [...typeOf(type), '-i', '-n', '-c', '-o', all, '--', source, target], {
        signal,
      });
  requireSuccess(outcome, describe(args), 'check the source and the options of the mount, then try again');
}

function typeOf(type: Args['type']): string[] {
  return type === 'bind' ? [] : ['-t', type];
}

/** nfs(5): mount.nfs tries for two minutes, longer than an effect may take. */
function retriesOf({ type, options = [] }: Args): string[] {
  const isNfs = type === 'nfs' || type === 'nfs4';
  return isNfs && !options.some((option) => option.startsWith('retry=')) ? ['retry=0'] : [];
}

/** What is in use, or on a server that does not respond, is detached, and ends with its last user. */
async function unmount(target: string, { signal }: HostStep): Promise<void> {
  const { exitCode } = await runTool('umount', ['-n', '-c', '--', target], { signal, timeoutMs: unmountMs });
  if (exitCode !== 0) detach(target);
}

async function mountinfo(): Promise<string> {
  return await readFile('/proc/self/mountinfo', 'utf8');
}

function conflict(args: Args, problem: string): PouchError {
  return new PouchError('PCH_EFFECT_CONFLICT', `cannot ${describe(args)}: ${problem}`, {
    hint: 'choose another target or source, or remove what has it',
  });
}
