import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import { createUserNamespace, releaseUserNamespace } from '../../userns/userNamespace.ts';

interface UsernsArgs {
  /** File that keeps it open. */
  path: string;
  uids: OciIdMapping[];
  gids: OciIdMapping[];
}

export function usernsEffect(): EffectKind<
  { path: string; uids: OciIdMapping[]; gids: OciIdMapping[] },
  undefined
> {
  return {
    kind: 'userns',
    volatile: true,
    describe: ({ uids }: UsernsArgs) => `create a user namespace (${uids.map(mappingText).join(', ')})`,
    async apply({ path, uids, gids }) {
      await createUserNamespace(path, uids, gids);
      return undefined;
    },
    undo: ({ path }) => releaseUserNamespace(path),
  };
}

function mappingText({ containerID, hostID, size }: OciIdMapping): string {
  return `${containerID}–${containerID + size - 1} are the host’s from ${hostID} on`;
}
