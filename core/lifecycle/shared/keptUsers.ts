import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { RequestContext } from '../../plan/request/context.ts';

/**
 * The context for a new plan of a container that exists: its files on the host belong to the users that it has, so
 * it keeps its ids, which are not free, whatever pouchd.yaml now says.
 */
export function keptUsers(context: RequestContext, { uidMappings }: ContainerDraft): RequestContext {
  const [ids] = uidMappings;
  const mode = ids ? 'auto' : 'host';
  return {
    ...context,
    userns: () => ({ ...context.userns(), default: mode, rich: mode }),
    ...(ids && { freeIds: () => ids }),
  };
}
