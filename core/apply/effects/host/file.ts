import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind } from './hostKind.ts';
import { createAbove, findPath, type PathFiles, removeCreated } from './hostPaths.ts';

type Args = HostEffectArgs<'host.file'>;

interface Note {
  /** Directories that the host did not have. */
  created: string[];
}

const standardMode = 0o644;

export function fileKind(files: PathFiles): HostKind<Args, Note> {
  return {
    kind: 'host.file',
    describe: ({ path, replace = false }) => `${replace ? 'replace' : 'write'} the file ${path}`,
    resource: ({ path }) => `path ${path}`,

    async survey({ path, replace = false }) {
      const { self, missing } = await findPath(files, path);
      if (self && (!replace || self.kind !== 'file')) throw exists(path, self.kind === 'file');
      return { created: missing };
    },

    async apply({ path, content, mode = standardMode, uid = 0, gid = 0, replace = false }, { created }) {
      await createAbove(files, path, created);
      await files
        .placeFile({ path, content, mode, uid, gid, replace })
        .catch((error: NodeJS.ErrnoException) => {
          throw error.code === 'EEXIST' ? exists(path, true) : failed(path, error);
        });
    },

    async undo({ path }, { created }) {
      await files.removeFile(path);
      await removeCreated(files, created);
    },
  };
}

function exists(path: string, isFile: boolean): PouchError {
  return new PouchError('PCH_EFFECT_CONFLICT', `cannot write the file ${path}: it exists`, {
    hint: isFile
      ? 'remove it, or have the plugin set `replace` in the arguments of the effect'
      : 'it is not a regular file: choose another path',
  });
}

function failed(path: string, error: NodeJS.ErrnoException): unknown {
  if (error.code !== 'EPERM' && error.code !== 'EOPNOTSUPP' && error.code !== 'EROFS') return error;
  return new PouchError('PCH_EFFECT_FAILED', `cannot write the file ${path}: ${error.message}`, {
    hint: 'its file system must be writable and have hard links, as ext4, xfs and tmpfs do',
    cause: error,
  });
}
