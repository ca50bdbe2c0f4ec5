/** A mount that a running container gets. The next start makes it with the others. */
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { FileWorkers } from '../../files/index.ts';
import { isAlive, type ProcessIdentity } from '../../supervise/index.ts';
import { explained, type Reasons, unlessEnded } from './liveInside.ts';

export interface LiveMountArgs extends Record<string, unknown> {
  /** The init of the run that it belongs to. */
  init: ProcessIdentity;
  source: string;
  target: string;
  options: string[];
  /** File of the user namespace whose ids its files get; null for those of the host. */
  userns: string | null;
  /** Of a mount point that is missing. */
  owner: { uid: number; gid: number };
}

export function liveMountEffect(
  files: FileWorkers,
  nameOf: (id: string) => string,
): EffectKind<LiveMountArgs, undefined> {
  return {
    kind: 'live-mount',
    volatile: true,
    describe: ({ source, target }) => `mount ${source} on ${target} in the running container`,
    async apply({ init, ...args }, { container }) {
      const name = nameOf(container);
      await files.bindInside({ name, init }, args).catch((error: unknown) => {
        const what = `mount ${args.source} on ${args.target} of ${name}`;
        throw explained(error, { what, field: 'volumes', reasons });
      });
      return undefined;
    },
    /** The container that has ended has no mounts. Processes may use it: it goes with the last of them. */
    async undo({ init, target }, _result, { container }) {
      if (!isAlive(init)) return;
      await unlessEnded(files.unbindInside({ name: nameOf(container), init }, { target, force: true }));
    },
  };
}

/** By the errno: the problem, and what to do (open(2), mkdir(2), move_mount(2)). */
const reasons: Reasons = {
  ELOOP: ['the path passes through a symbolic link', 'name the path that the link leads to'],
  ENOTDIR: [
    'a directory cannot be mounted on a file, nor a file on a directory',
    'choose another destination',
  ],
  EROFS: ['it does not exist, and its file system is read-only', 'choose an existing path'],
  EACCES: ['the container’s root may not create it', 'choose an existing path'],
};
