import { posix } from 'node:path';
import type { ContainerDraft, Effect } from '../../hooks/index.ts';

/**
 * Effects for the cgroups that kata's shim creates beside the container's: for the VM (`kata_ID`) and for its
 * overhead (kata, virtcontainers/sandbox.go: createResourceController). Kata removes them; a killed shim may leave
 * them with a hypervisor inside, which the undo of the effect kills.
 */
export function vmCgroups({ id, cgroupsPath }: ContainerDraft): Record<string, Effect> {
  // With a path in systemd's form the VM is a scope of systemd.
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
