/** The host side of a bind mount: it must be there, or is made as a directory. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { contentDeadlineMs, type FileWorkers } from '../../files/index.ts';
import { mountOn, readMountinfo } from '../../host/mountinfo.ts';

interface BindArgs {
  path: string;
  create: boolean;
  /** Path in the image whose content an empty directory gets; missing or empty for none. */
  copyFrom?: string;
}

interface BindSourceDeps {
  files: FileWorkers;
  client: ContainerdClient;
  stateDirectory: string;
  recordOf(id: string): ContainerRecord;
}

export function bindSourceEffect(deps: BindSourceDeps): EffectKind<BindArgs, undefined> {
  const { files } = deps;
  return {
    kind: 'bind-source',
    deadlineMs: contentDeadlineMs + 1000,
    describe: ({ path, create, copyFrom }: BindArgs) =>
      `${create ? 'make, if missing,' : 'check'} the host path ${path}${copyFrom ? `, filled from the image's ${copyFrom} when it is empty` : ''}`,
    async check(args) {
      if ((await exists(files, args)) && args.copyFrom) await fillable(files, args);
    },
    async apply(args, { container, signal }) {
      if (!(await exists(files, args))) await files.makeDirectory(args.path, whatIs(args));
      if (args.copyFrom) await fill(deps, args, { container, signal });
      return undefined;
    },
    // The user's own directory: it may hold data by the time of the undo, so it stays, as with Docker.
    async undo(args, _result, { container }) {
      if (args.copyFrom) await files.clearFill(leftovers(deps, args, container));
    },
  };
}

/** As a volume is filled. */
async function fill(
  deps: BindSourceDeps,
  args: BindArgs,
  { container, signal }: { container: string; signal: AbortSignal },
): Promise<void> {
  const { files, client, recordOf } = deps;
  const target = await fillable(files, args);
  const [snapshot] = await client.snapshots.mounts(rootKeyOf(recordOf(container)));
  if (!snapshot) return;
  const places = leftovers(deps, args, container);
  await files.fillVolume({ snapshot, path: args.copyFrom ?? '', target, ...places }, signal);
}

/** Beside the directory, so that a rename puts the whole content into its place. */
function leftovers({ stateDirectory }: BindSourceDeps, { path, copyFrom = '' }: BindArgs, container: string) {
  const suffix = `${container}.${createHash('sha256').update(`${path} ${copyFrom}`).digest('hex').slice(0, 8)}`;
  return { mountPoint: join(stateDirectory, 'copy-up', suffix), staging: `${path}.${suffix}` };
}

/** The directory, links followed. @throws PCH_OPTION_INVALID for a file, or a mount, in whose place nothing can come */
async function fillable(files: FileWorkers, args: BindArgs): Promise<string> {
  const found = await files.look(args.path, whatIs(args));
  if (found?.kind !== 'directory')
    throw invalid(`expected a directory at ${args.path} to fill, found a file`, 'leave out dr');
  if (found.path !== args.path)
    throw invalid(
      `expected a directory at ${args.path} to fill, found a link to ${found.path}`,
      `mount ${found.path}`,
    );
  if (mountOn(found.path, readMountinfo()))
    throw invalid(
      `${args.path} is a mount point and cannot be filled from the image`,
      'mount a directory below it',
    );
  return found.path;
}

/** Whether it exists; if not, it can be created. @throws PCH_OPTION_INVALID, PCH_FILE_TIMEOUT */
async function exists(files: FileWorkers, args: BindArgs): Promise<boolean> {
  const { path, create } = args;
  if (await files.look(path, whatIs(args))) return true;
  if (!create)
    throw invalid(
      `bind source path does not exist: ${path}`,
      `create it, or have it created (createSource of ${field('volumes')})`,
    );
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    const found = await files.look(parent, whatIs(args));
    if (found?.kind === 'directory') return false;
    if (found)
      throw invalid(
        `bind source path ${path} cannot be created: expected a directory at ${parent}, found a file`,
        'mount an existing path',
      );
  }
}

function whatIs({ path }: BindArgs): string {
  return `the bind source ${path}`;
}

function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { field: 'volumes', hint });
}
