import { readFile, writeFile } from 'node:fs/promises';
import { messageOf, PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind } from './hostKind.ts';

type Args = HostEffectArgs<'host.sysctl'>;

interface Note {
  earlier: string;
}

/** @param directory - `/proc/sys`, or another one in tests */
export function sysctlKind(directory = '/proc/sys'): HostKind<Args, Note> {
  const fileOf = ({ name }: Args) => `${directory}/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
  const read = async (args: Args) =>
    plain(
      await readFile(fileOf(args), 'utf8').catch((error: unknown) => {
        throw failed(args, messageOf(error));
      }),
    );
  const write = async (args: Args, value: string) => {
    await writeFile(fileOf(args), value).catch((error: unknown) => {
      throw failed(args, messageOf(error));
    });
  };
  return {
    kind: 'host.sysctl',
    describe: ({ name, value }) => `set ${name} of the host to ${value}`,
    resource: ({ name }) => `sysctl ${name.replaceAll('/', '.')}`,
    survey: async (args) => ({ earlier: await read(args) }),

    async apply(args) {
      await write(args, args.value);
      const found = await read(args);
      if (found !== plain(args.value)) throw failed(args, `the kernel made it ${found}`);
    },

    async undo(args, { earlier }) {
      if ((await read(args)) === plain(args.value)) await write(args, earlier);
    },
  };
}

/** The kernel separates numbers by tabs, users by spaces. */
function plain(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

function failed({ name, value }: Args, problem: string): PouchError {
  return new PouchError('PCH_EFFECT_FAILED', `cannot set ${name} to ${value}: ${problem}`, {
    hint: `\`sysctl ${name}\` shows whether the kernel has it, and what it takes`,
  });
}
