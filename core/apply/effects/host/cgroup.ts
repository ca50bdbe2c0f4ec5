import { writeFile } from 'node:fs/promises';
import { messageOf, PouchError } from '../../../../hooks/errors.ts';
import type { HostEffectArgs } from '../../../../hooks/hostEffects.ts';
import { cgroupVersion } from '../../../host/detect.ts';
import type { HostKind, HostStep } from './hostKind.ts';

type Args = HostEffectArgs<'host.cgroup'>;

/** @param cgroupOf - path of a container's cgroup from the root of the hierarchy */
export function cgroupValueKind(cgroupOf: (container: string) => string): HostKind<Args> {
  return {
    kind: 'host.cgroup',
    describe: ({ file, value }) => `set ${file} of the container’s cgroup to ${value}`,
    resource: ({ file }, { container }) => `cgroup ${container} ${file}`,
    survey: () => Promise.resolve(undefined),
    apply: (args, _note, step) => write(args, cgroupOf(step.container), step),
    // It goes with the cgroup.
    undo: () => Promise.resolve(),
  };
}

async function write({ file, value }: Args, cgroup: string, { key }: HostStep): Promise<void> {
  const [controller = ''] = file.split('.');
  const hierarchy = cgroupVersion() === '2' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`;
  const path = `${hierarchy}${cgroup}/${file}`;
  await writeFile(path, value, { flag: 'r+' }).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PouchError('PCH_EFFECT_FAILED', `cannot set ${file} to ${value}: ${messageOf(error)}`, {
      hint: isMissing
        ? `the effect ${key} must have \`needs: ["task"]\`, and the controller ${controller} must exist on this host`
        : 'the kernel documentation of cgroups has the values that it takes',
    });
  });
}
