import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { joinPrefix } from '../../contract/namespaces.ts';

/** The names of the networks that a container has now, and gets at each start. */
export function networksOfContainer({ draft }: ContainerRecord): string[] {
  const { mode, request } = draft.network;
  const others = (request.endpoints ?? []).map(({ network }) => network);
  return request.detached ? others : [mode, ...others];
}

/** A container in the network of the host or of another container has no interface of its own. @throws PCH_CONFLICT */
export function refuseShared({ id, name, draft }: ContainerRecord, network: string): void {
  const { mode } = draft.network;
  const isShared = mode.startsWith(joinPrefix) || draft.namespaces.network === undefined;
  if (!isShared) return;
  throw new PouchError(
    'PCH_CONFLICT',
    `container sharing network namespace with another container or host cannot be connected to any other network (${name}, ${network})`,
    { container: id, hint: 'create it in a network of its own' },
  );
}
