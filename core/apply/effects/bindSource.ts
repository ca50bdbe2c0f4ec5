/** The host side of a bind mount: it must be there, or is made as a directory. */
import type { EffectKind } from '../../../hooks/effects.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { FileWorkers } from '../../files/index.ts';

interface BindArgs {
  path: string;
  create: boolean;
}

export function bindSourceEffect(
  files: FileWorkers,
): EffectKind<{ path: string; create: boolean }, undefined> {
  return {
    kind: 'bind-source',
    describe: ({ path, create }: BindArgs) =>
      `${create ? 'make, if missing,' : 'check'} the host path ${path}`,
    async apply({ path, create }) {
      const what = `the bind source ${path}`;
      const found = await files.look(path, what);
      if (!found && !create)
        throw new PouchError('PCH_OPTION_INVALID', `bind source path does not exist: ${path}`, {
          field: 'volumes',
          hint: `create it, or have it created (createSource of ${field('volumes')})`,
        });
      if (!found) await files.makeDirectory(path, what);
      return undefined;
    },
    // The user's own directory: it may hold data by the time of the undo, so it stays, as with Docker.
    async undo() {},
  };
}
