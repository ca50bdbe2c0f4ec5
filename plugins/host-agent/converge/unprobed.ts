import { type ContainerRequest, isProbed, ofDockerHealthcheck } from '../../../hooks/index.ts';
import type { DeclaredContainer, DeclaredHost } from '../declare/declared.ts';
import { labels } from '../labels.ts';
import { comparable, declarationDigest } from '../plan/comparable.ts';
import type { HostState } from '../plan/hostState.ts';
import type { PlanOptions } from '../plan/planContainers.ts';
import type { AgentContext } from './agentContext.ts';

/**
 * The declared containers that others wait for to be healthy, and that have no health check, as far as that is known:
 * an image that the host lacks may have one.
 */
export async function unprobedOf(
  context: AgentContext,
  { containers }: DeclaredHost,
  { state, ...options }: Pick<PlanOptions, 'complete' | 'key'> & { state: HostState },
): Promise<ReadonlySet<string>> {
  const awaited = [...containers.values()].flatMap(({ dependsOn }) =>
    dependsOn.filter(({ condition }) => condition === 'healthy').map(({ name }) => name),
  );
  const all = [...new Set(awaited)].flatMap((name) => containers.get(name) ?? []);
  const found = await Promise.all(all.map((one) => isUnprobed(context, one, { state, ...options })));
  return new Set(all.filter((_one, index) => found[index]).map(({ name }) => name));
}

async function isUnprobed(
  context: AgentContext,
  { name, request }: DeclaredContainer,
  { state, complete, key }: Pick<PlanOptions, 'complete' | 'key'> & { state: HostState },
): Promise<boolean> {
  const wanted = completed(request, complete);
  if (!wanted) return false;
  if (wanted.healthcheck?.test?.length) return !isProbed(wanted.healthcheck);
  const image = state.images.get(wanted.image);
  const record = state.containers.find((one) => one.name === name);
  const isAsDeclared =
    record?.draft.image.id === image &&
    record?.draft.labels[labels.declaration] === declarationDigest(comparable(wanted), key);
  if (record && isAsDeclared) return !isProbed(record.draft.healthcheck);
  if (image === undefined || (await hasCheck(context, image))) return false;
  return !(await isPlannedWithCheck(context, wanted));
}

/** Undefined for a request with a mistake, which is reported. */
function completed(
  request: ContainerRequest,
  complete: PlanOptions['complete'],
): ContainerRequest | undefined {
  try {
    return complete(request);
  } catch {
    return undefined;
  }
}

async function hasCheck({ images }: AgentContext, id: string): Promise<boolean> {
  const { config } = await images.get(id);
  return isProbed(ofDockerHealthcheck(config.config?.Healthcheck ?? {}));
}

/** A plugin may add one. Where nothing can be planned yet, such as without a network, none is known to. */
async function isPlannedWithCheck({ containers }: AgentContext, wanted: ContainerRequest): Promise<boolean> {
  const { profiles: _profiles, ...request } = wanted;
  try {
    const { draft } = await containers.plan(request, { offline: true });
    return isProbed(draft.healthcheck);
  } catch {
    return false;
  }
}
