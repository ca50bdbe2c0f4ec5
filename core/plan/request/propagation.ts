/** Mounts that reach the host or come from it later (kernel doc sharedsubtree). */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { FieldPath } from '../../../hooks/fields.ts';
import { mountOf } from '../../host/mountinfo.ts';
import type { RequestContext } from './context.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** Options of a bind mount that say how its mounts propagate (mount(8)). */
export const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

/**
 * Has the container's root take part in what a bind mount's options ask for: beneath a private root nothing propagates.
 * @throws PCH_OPTION_INVALID where the host's mount does not take part
 */
export function applyPropagation(
  draft: ContainerDraft,
  source: string,
  options: readonly string[],
  path: FieldPath,
  { mountinfo }: RequestContext,
): void {
  const wanted = options.find((option) => /^r?(shared|slave)$/.test(option));
  if (wanted === undefined) return;
  checkHostMount(source, wanted, path, mountinfo());
  if (wanted.endsWith('shared')) draft.rootfs.propagation = 'rshared';
  else draft.rootfs.propagation ||= 'rslave';
}

/** A mount that does not propagate on the host would be found out much later, by what is missing in it. */
function checkHostMount(source: string, wanted: string, path: FieldPath, mountinfo: string): void {
  const mount = mountOf(source, mountinfo);
  if (!mount || mount.tags.some((tag) => tag.startsWith('shared:'))) return;
  if (wanted.endsWith('slave') && mount.tags.some((tag) => tag.startsWith('master:'))) return;
  throw invalidField(
    path,
    `bind mount ${source}: ${wanted} needs a shared mount on the host; ${mount.point}, which it is on, is private`,
    `make it one: mount --make-rshared ${mount.point} (a directory becomes a mount by mount --bind ${source} ${source})`,
  );
}
