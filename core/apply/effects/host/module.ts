import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import type { HostKind } from './hostKind.ts';

type Args = HostEffectArgs<'host.module'>;

/** Changes nothing: which modules a host loads is the decision of its administrator. */
export function moduleKind(): HostKind<Args> {
  return {
    kind: 'host.module',
    describe: ({ name }) => `check that the kernel has the module ${name}`,
    resource: ({ name }) => `module ${name}`,
    survey: async (args) => {
      await check(args);
      return undefined;
    },
    apply: (args) => check(args),
    undo: () => Promise.resolve(),
  };
}

async function check({ name }: Args): Promise<void> {
  const plain = name.replaceAll('-', '_');
  if (existsSync(`/sys/module/${plain}`) || (await isBuiltIn(plain))) return;
  throw new PouchError('PCH_EFFECT_FAILED', `a plugin needs the kernel module ${name}, which is not loaded`, {
    hint: `modprobe ${name}; for every boot: echo ${name} > /etc/modules-load.d/${name}.conf`,
  });
}

/** A module without parameters that is a part of the kernel is not in /sys/module. */
async function isBuiltIn(name: string): Promise<boolean> {
  const list = await readFile(`/lib/modules/${release()}/modules.builtin`, 'utf8').catch(() => '');
  return list.split('\n').some((line) => line.replaceAll('-', '_').endsWith(`/${name}.ko`));
}
