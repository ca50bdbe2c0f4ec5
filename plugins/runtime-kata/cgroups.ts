import { posix } from 'node:path';
import type { ContainerDraft, Effect } from '../../hooks/index.ts';

/**
 * The cgroups that kata's shim makes beside the container's own: for the machine (`kata_ID`) and for what is around it
 * (kata, virtcontainers/sandbox.go: createResourceController). Kata removes them; a shim that was killed may leave them
 * with a hypervisor inside, which the core's effect ends.
 */
export function machineCgroups({ id, cgroupsPath }: ContainerDraft): Record<string, Effect> {
  // systemd's form of a path: the machine is a scope of systemd's then.
  if (!cgroupsPath.startsWith('/')) return {};
  const { dir, base } = posix.parse(cgroupsPath);
  return {
    'cgroup.machine': cgroup(posix.join(dir, `kata_${base}`)),
    'cgroup.overhead': cgroup(`/kata_overhead/${id}`),
  };
}

function cgroup(path: string): Effect {
  return { kind: 'cgroup', stage: 'start', args: { path } };
}
