/** User namespaces that a container prefers: what its runtime and its bind mounts make of them. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import { field } from '../../hooks/fields.ts';
import type { ContainerRequest } from '../../hooks/request.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';
import type { RequestContext } from './request/context.ts';
import { leaveUserns, prefersUserns, reasonForHost } from './request/userns.ts';
import { reasonUnmapped } from './request/volumes.ts';
import { lackingOf } from './runtime/check.ts';

interface Facts {
  runtime: RuntimeProvider;
  context: RequestContext;
}

/** Leaves a preferred user namespace out if the runtime lacks it. */
export async function fitUserns(
  drafts: readonly ContainerDraft[],
  request: ContainerRequest,
  { runtime, context }: Facts,
): Promise<void> {
  for (const draft of drafts)
    if (draft.uidMappings.length > 0 && prefersUserns(draft, request, context) && (await lacking(runtime)))
      leaveUserns(draft);
}

async function lacking(runtime: RuntimeProvider): Promise<string | undefined> {
  const found = await lackingOf(['userNamespace', 'idmappedMounts'], runtime);
  return found && `the runtime ${runtime.name} lacks it: ${found.reason}`;
}

/** A missing user namespace that was preferred, and bind mounts whose files belong to nobody in one. */
export async function usernsWarnings(
  draft: ContainerDraft,
  request: ContainerRequest,
  facts: Facts,
): Promise<string[]> {
  return draft.uidMappings.length > 0
    ? await unmappedBinds(draft, facts.context)
    : await missing(draft, request, facts);
}

/** A virtual machine isolates more than a user namespace, and a privileged container is not to be isolated. */
async function missing(
  draft: ContainerDraft,
  request: ContainerRequest,
  { runtime, context }: Facts,
): Promise<string[]> {
  if (runtime.isolation === 'vm' || request.privileged || !prefersUserns(draft, request, context)) return [];
  const reason = (await reasonForHost(draft, request, context)) ?? (await lacking(runtime));
  return reason === undefined
    ? []
    : [
        `its root is root of the host, without a user namespace: ${reason}; ${field('usernsMode')} host accepts that`,
      ];
}

async function unmappedBinds(draft: ContainerDraft, context: RequestContext): Promise<string[]> {
  const { mounts, effects, uidMappings } = draft;
  const root = uidMappings.find(({ containerID }) => containerID === 0)?.hostID;
  const warnings: string[] = [];
  for (const [destination, { source, options }] of Object.entries(mounts)) {
    if (!effects[`bind.${destination}`] || options.some((option) => /^(no)?idmap$/.test(option))) continue;
    const reason = await reasonUnmapped(source, options, context);
    warnings.push(
      `bind mount ${destination} has the ids of the host, and files of its root belong to nobody: ` +
        `${reason ?? 'it was not mapped'}; use a volume, or give them to the container’s root, ${root} on the host`,
    );
  }
  return warnings;
}
