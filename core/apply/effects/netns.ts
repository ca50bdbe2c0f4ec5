import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { NetworkNamespaces } from '../../netns/NetworkNamespaces.ts';

export function netnsEffect(
  namespaces: NetworkNamespaces,
): EffectKind<{ path: string; userns?: string }, undefined> {
  return {
    kind: 'netns',
    volatile: true,
    describe: ({ path }) => `create the network namespace ${path}`,
    async apply({ path, userns }) {
      await (userns === undefined ? namespaces.create(path) : namespaces.createIn(userns, path));
      return undefined;
    },
    undo: ({ path }) => namespaces.release(path),
  };
}
