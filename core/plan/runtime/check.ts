/** What a runtime cannot do is refused in the plan, never found out late. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { RuntimeProvider, RuntimeState } from '../../../hooks/runtime.ts';
import type { OwnedRuntime } from '../../contract/ownedRuntime.ts';
import { runtimeFeatures, type RuntimeFeature } from '../../../hooks/runtimeFeatures.ts';
import { capabilitiesOf } from './capabilities.ts';
import { needsOf, type Standing } from './needs.ts';

/** By name and by each alias. */
export type Runtimes = ReadonlyMap<string, OwnedRuntime>;

/** @throws PCH_RUNTIME_NOT_FOUND */
export function namedRuntime(name: string, runtimes: Runtimes): OwnedRuntime {
  const runtime = runtimes.get(name);
  if (runtime) return runtime;
  throw new PouchError('PCH_RUNTIME_NOT_FOUND', `no runtime is named "${name}"`, {
    field: 'runtime',
    hint: `known here: ${[...runtimes.keys()].join(', ') || 'none'}`,
  });
}

/** The runtime of that name, if it works on this host. @throws PCH_RUNTIME_NOT_FOUND, PCH_RUNTIME_UNUSABLE */
export async function usableRuntime(name: string, runtimes: Runtimes): Promise<OwnedRuntime> {
  const runtime = namedRuntime(name, runtimes);
  const { usable, problem } = await runtime.probe();
  if (usable) return runtime;
  throw new PouchError('PCH_RUNTIME_UNUSABLE', `the runtime ${runtime.name} cannot be used on this host`, {
    hint: problem ?? 'see the daemon log',
  });
}

/** @throws PCH_RUNTIME_CANNOT with the reason and the runtimes that can */
export async function checkNeeds(
  draft: ContainerDraft,
  runtime: RuntimeProvider,
  runtimes: Runtimes,
  standing?: Standing,
): Promise<void> {
  const needs = needsOf(draft, standing);
  const lacking = await lackingNow(needs, runtime);
  if (lacking)
    throw cannot(runtime, runtimeFeatures[lacking.feature], lacking.reason, await ableTo(needs, runtimes));
  const [refusal] = (await runtime.refusals?.(draft)) ?? [];
  if (refusal)
    throw cannot(
      runtime,
      refusal.what,
      refusal.reason,
      (await ableTo(needs, runtimes)).filter((name) => name !== runtime.name),
    );
}

/** For a verb that not every runtime has. @throws PCH_RUNTIME_CANNOT */
export async function requireFeature(
  feature: RuntimeFeature,
  runtime: RuntimeProvider,
  runtimes: Runtimes,
): Promise<void> {
  const lacking = await lackingNow([feature], runtime);
  if (lacking)
    throw cannot(runtime, runtimeFeatures[feature], lacking.reason, await ableTo([feature], runtimes));
}

/** The first of some features that a runtime is not known to have, and why. */
export async function lackingOf(
  features: readonly RuntimeFeature[],
  runtime: RuntimeProvider,
): Promise<{ feature: RuntimeFeature; reason: string } | undefined> {
  return firstLacking(features, runtime, await runtime.probe());
}

/** What was not there when the host was looked at may have been installed since. */
async function lackingNow(needs: readonly RuntimeFeature[], runtime: RuntimeProvider) {
  const lacks = (state: RuntimeState) => firstLacking(needs, runtime, state);
  return lacks(await runtime.probe()) && lacks(await runtime.probe({ again: true }));
}

function firstLacking(needs: readonly RuntimeFeature[], runtime: RuntimeProvider, state: RuntimeState) {
  const capabilities = capabilitiesOf(runtime, state);
  for (const feature of needs) {
    const capability = capabilities[feature];
    if (capability !== true) return { feature, reason: capability };
  }
  return undefined;
}

/** Names of the usable runtimes that have it all. */
async function ableTo(needs: readonly RuntimeFeature[], runtimes: Runtimes): Promise<string[]> {
  const all = [...new Set(runtimes.values())];
  const states = await Promise.all(all.map(async (runtime) => ({ runtime, state: await runtime.probe() })));
  return states
    .filter(({ runtime, state }) => state.usable && !firstLacking(needs, runtime, state))
    .map(({ runtime }) => runtime.name);
}

function cannot(
  { name }: RuntimeProvider,
  what: string,
  reason: string,
  able: readonly string[],
): PouchError {
  return new PouchError(
    'PCH_RUNTIME_CANNOT',
    `the runtime ${name} does not give a container ${what}: ${reason}`,
    {
      hint:
        able.length > 0
          ? `${field('runtime')} ${able.join(' or ')} can`
          : 'no runtime here can: leave it out',
    },
  );
}
