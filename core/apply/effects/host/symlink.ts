import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind } from './hostKind.ts';
import { createAbove, findPath, type PathFiles, removeCreated } from './hostPaths.ts';

type Args = HostEffectArgs<'host.symlink'>;

interface Note {
  /** Directories that the host did not have. */
  created: string[];
}

export function symlinkKind(files: PathFiles): HostKind<Args, Note> {
  return {
    kind: 'host.symlink',
    describe: ({ path, to }) => `link ${path} to ${to}`,
    resource: ({ path }) => `path ${path}`,

    async survey({ path }) {
      const { self, missing } = await findPath(files, path, { mayBeLink: true });
      if (self) throw exists(path);
      return { created: missing };
    },

    async apply({ path, to }, { created }) {
      await createAbove(files, path, created);
      await files.placeLink(path, to).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST' ? exists(path) : error;
      });
    },

    async undo({ path, to }, { created }) {
      await files.removeLink(path, to);
      await removeCreated(files, created);
    },
  };
}

function exists(path: string): PouchError {
  return new PouchError('PCH_EFFECT_CONFLICT', `cannot link ${path}: it exists`, {
    hint: 'remove it, or choose another path',
  });
}
