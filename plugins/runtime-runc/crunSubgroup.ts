import type { ContainerDraft } from '../../hooks/index.ts';

/** crun(1), "EXTENSIONS TO OCI". */
const annotation = 'run.oci.systemd.subgroup';

/**
 * With cgroup v2 crun puts a container into a cgroup `container` below the scope that systemd has made; the scope is what
 * everybody else looks at, so crun uses that itself, as runc does.
 */
export function withoutSubgroup({ cgroupsPath, annotations }: ContainerDraft): void {
  if (cgroupsPath.endsWith('.scope')) annotations[annotation] ??= '';
}
