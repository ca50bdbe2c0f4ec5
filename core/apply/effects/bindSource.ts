/** The host side of a bind mount: it must be there, or is made as a directory. */
import { dirname } from 'node:path';
import type { EffectKind } from '../../../hooks/effectKind.ts';
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
    check: async (args) => void (await exists(files, args)),
    async apply(args) {
      if (!(await exists(files, args))) await files.makeDirectory(args.path, whatIs(args));
      return undefined;
    },
    // The user's own directory: it may hold data by the time of the undo, so it stays, as with Docker.
    async undo() {},
  };
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
