import type { ContainerDraft } from '../../hooks/index.ts';

/** crun(1), "EXTENSIONS TO OCI". */
const annotation = 'run.oci.systemd.subgroup';

/**
 * Makes crun put a container directly into the scope that systemd creates, as runc does. By default crun uses a cgroup
 * `container` below it with cgroup v2, but all others use the scope.
 */
export function withoutSubgroup({ cgroupsPath, annotations }: ContainerDraft): void {
  if (cgroupsPath.endsWith('.scope')) annotations[annotation] ??= '';
}
