import type { ContainerDraft } from '../../../hooks/draft.ts';
import { unified } from '../../../hooks/hybridCgroups.ts';

/**
 * Replaces a container's part of the v2 hierarchy of a hybrid host by its part of the v1 hierarchy that systemd names:
 * for runtimes that put containers into the latter only.
 */
export function withoutHybridCgroups({ mounts }: ContainerDraft): void {
  for (const mount of Object.values(mounts))
    if (mount.type === 'bind' && mount.source.startsWith(`${unified}/`))
      mount.source = `/sys/fs/cgroup/systemd${mount.source.slice(unified.length)}`;
}
