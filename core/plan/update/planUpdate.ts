/** The pure half of update: what a container's limits and restart policy are to be, and who set them. */
import { catalogue } from '../../../hooks/catalogue.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { ContainerRecord, UpdateRequest } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { UpdateDraft } from '../../../hooks/points/container.ts';
import type { BlameEntry, Degradation } from '../../../hooks/plan.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { clone } from '../../plugins/draft/clone.ts';
import type { Generation } from '../../plugins/index.ts';
import { blamed } from '../blame.ts';
import { checked } from '../culprit.ts';
import type { RequestContext } from '../request/context.ts';
import { checkGrowth } from '../request/diskQuota.ts';
import { ociResources } from '../request/resources.ts';
import { clampResources, type HostLimits } from '../clamp/index.ts';
import { layOver } from './limitFields.ts';
import { changedMap } from '../../state/changedMap.ts';
import { mergeRequest } from './mergeRequest.ts';

export interface PlannedUpdate {
  draft: UpdateDraft;
  /** The container's request with the update in it. */
  request: ContainerRequest;
  blame: BlameEntry[];
  degraded: Degradation[];
  /** What the host cannot give and was left out. */
  warnings: string[];
}

/** Touches nothing. @throws PCH_OPTION_INVALID, PCH_CONFLICT */
export async function planUpdate(
  { id, name, draft: container, request }: ContainerRecord,
  update: UpdateRequest,
  generation: Generation,
  { log, host, look }: { log: Logger; host: HostLimits; look: RequestContext['look'] },
): Promise<PlannedUpdate> {
  const { resources, restart, autoRemove, diskQuota } = container;
  if (update.env) checkEnvironment(container, name);
  const merged = mergeRequest(request, update);
  const draft: UpdateDraft = {
    container: id,
    resources: clone(resources),
    restart: clone(restart),
    ...(diskQuota !== undefined && { diskQuota }),
    labels: { ...container.labels },
    annotations: { ...container.annotations },
    process: { env: { ...container.process.env } },
  };
  const blame = await blamed(draft, 'request', 'update', async () => {
    if (update.resources) {
      const limits = await ociResources(merged.resources ?? {}, { look });
      layOver(draft.resources, limits, update.resources);
    }
    if (update.diskQuota !== undefined) draft.diskQuota = update.diskQuota;
    if (update.restart) draft.restart = { ...update.restart };
    if (update.labels) draft.labels = changedMap(draft.labels, update.labels);
    if (update.annotations) draft.annotations = changedMap(draft.annotations, update.annotations);
    if (update.env) draft.process.env = changedMap(draft.process.env, update.env);
  });
  const outcome = await generation.runner.plan(catalogue.container.preUpdate, draft, { log });
  await checked(outcome.blame, ['restart'], () => {
    if (autoRemove && outcome.draft.restart.name !== 'no') throw removedAtEnd(id);
  });
  await checked(outcome.blame, ['diskQuota'], () => checkGrowth(id, diskQuota, outcome.draft.diskQuota));
  const warnings = clampResources(outcome.draft, host);
  return {
    draft: outcome.draft,
    warnings,
    request: merged,
    blame: [...blame, ...outcome.blame],
    degraded: outcome.degraded,
  };
}

/** Rich modes write the environment into files of the init when they are planned. @throws PCH_NOT_SUPPORTED */
function checkEnvironment({ id, rich }: ContainerRecord['draft'], name: string): void {
  if (!rich.enabled || rich.mode === 'dumb-init') return;
  throw new PouchError(
    'PCH_NOT_SUPPORTED',
    `the environment of ${name} cannot change: the services of a rich container (${rich.mode}) have it in files of their own`,
    { container: id, field: 'env', hint: 'set it in the container, or create it again' },
  );
}

function removedAtEnd(container: string): PouchError {
  return new PouchError('PCH_CONFLICT', `a container with ${field('autoRemove')} is never restarted`, {
    container,
    field: 'restart',
    hint: `leave out ${field('restart')}, or recreate the container without ${field('autoRemove')}`,
  });
}
