import { deviceNumbers } from '../../../../hooks/deviceNumbers.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind } from './hostKind.ts';
import { createAbove, findPath, type PathFiles, removeCreated } from './hostPaths.ts';
import { requireSuccess, runTool } from './runTool.ts';

type Args = HostEffectArgs<'host.device'>;

interface Note {
  /** Directories that the host did not have. */
  created: string[];
  /** The host has the node already: it stays. */
  existed: boolean;
}

const standardMode = 0o660;
const kinds = { c: 'character', b: 'block' } as const;

export function deviceKind(files: PathFiles): HostKind<Args, Note> {
  /** Whether the path is a node of this device. */
  const isNode = async ({ path, type, number }: Args) => {
    const found = await files.look(path);
    if (found?.kind !== kinds[type]) return false;
    const { major, minor } = deviceNumbers(found.rdev);
    return `${major}:${minor}` === number;
  };
  return {
    kind: 'host.device',
    describe,
    resource: ({ path }) => `path ${path}`,

    async survey(args) {
      const { self, missing } = await findPath(files, args.path);
      const existed = self !== undefined && (await isNode(args));
      if (self && !existed) throw exists(args);
      return { created: missing, existed };
    },

    async apply(args, { created }, { signal }) {
      const { path, type, number, mode = standardMode, uid = 0, gid = 0 } = args;
      await createAbove(files, path, created);
      if (await isNode(args)) return;
      const node = [`--mode=${mode.toString(8)}`, '--', path, type, ...number.split(':')];
      requireSuccess(await runTool('mknod', node, { signal }), describe(args), 'pouchd needs CAP_MKNOD');
      if (uid === 0 && gid === 0) return;
      const chown = await runTool('chown', ['-h', `${uid}:${gid}`, '--', path], { signal });
      requireSuccess(chown, describe(args), 'pouchd needs CAP_CHOWN');
    },

    async undo(args, { created, existed }, { signal }) {
      if (!existed && (await isNode(args)))
        requireSuccess(
          await runTool('rm', ['--', args.path], { signal }),
          `remove ${args.path}`,
          'try again',
        );
      await removeCreated(files, created);
    },
  };
}

function describe({ path, type, number }: Args): string {
  return `make the ${kinds[type]} device ${path} (${number})`;
}

function exists(args: Args): PouchError {
  return new PouchError('PCH_EFFECT_CONFLICT', `cannot ${describe(args)}: the path is another file`, {
    hint: 'remove it, or choose another path',
  });
}
