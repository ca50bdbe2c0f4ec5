import type { ContainerDraft } from '../../../hooks/draft.ts';
import { ownVolumeDigits } from '../../contract/ownVolume.ts';
import type { RequestContext } from '../../plan/request/context.ts';

/**
 * The context for a new plan of a container that exists: its files on the host belong to the users that it has, so
 * it keeps its ids, which are not free, whatever pouchd.yaml now says. So it does its anonymous volumes.
 */
export function keptContext(context: RequestContext, draft: ContainerDraft): RequestContext {
  const [ids] = draft.uidMappings;
  const mode = ids ? 'auto' : 'host';
  return {
    ...context,
    ownVolume: ownVolumes(draft),
    userns: () => ({ ...context.userns(), default: mode, rich: mode }),
    ...(ids && { freeIds: () => ids }),
  };
}

/** Numbers of its anonymous volumes by their destinations, so that each stays where it is; new ones get the next. */
function ownVolumes(draft: ContainerDraft): (destination: string) => number {
  const known = new Map(
    anonymousVolumes(draft).map(({ destination, name }) => [
      destination,
      parseInt(name.slice(ownVolumeDigits), 16),
    ]),
  );
  return (destination) => {
    const number = known.get(destination) ?? Math.max(-1, ...known.values()) + 1;
    known.set(destination, number);
    return number;
  };
}

/** Those that are made and removed with the container. */
export function anonymousVolumes({ effects }: ContainerDraft): { destination: string; name: string }[] {
  return Object.entries(effects).flatMap(([key, { kind, args }]) =>
    kind === 'volume' && args['anonymous'] === true
      ? [{ destination: key.slice('volume.'.length), name: String(args['name']) }]
      : [],
  );
}
