import type { ContainerRequest } from '../../../hooks/request.ts';

type Capabilities = Pick<ContainerRequest, 'capAdd' | 'capDrop'>;

/** The capabilities of a request without those that a later one adds or drops the other way round. */
export function withoutOpposites({ capAdd, capDrop }: Capabilities, later: Capabilities): Capabilities {
  return {
    ...(capAdd && { capAdd: without(capAdd, later.capDrop) }),
    ...(capDrop && { capDrop: without(capDrop, later.capAdd) }),
  };
}

function without(names: readonly string[], opposite: readonly string[] = []): string[] {
  const plain = (name: string) => name.toUpperCase().replace(/^CAP_/, '');
  const gone = new Set(opposite.map(plain));
  return gone.has('ALL') ? [] : names.filter((name) => !gone.has(plain(name)));
}
