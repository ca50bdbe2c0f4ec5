import { didYouMean } from '../../../config/suggest.ts';
import type { ContainerCondition } from '../../../hooks/containerCondition.ts';
import type { HookGraph } from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Generation } from '../generation.ts';
import { hookNames } from '../load/tappableHooks.ts';
import { resolveReferences } from '../order/references.ts';
import { labelOf, type PreparedTap } from '../tap.ts';

/**
 * The taps of each hook point in the order in which they are called, in the order of the catalogue.
 * @param hook name of the one point that is wanted; missing: all that are tapped
 * @throws PCH_HOOK_UNKNOWN
 */
export function hookGraphs({ taps, plugins }: Generation, hook?: string): HookGraph[] {
  if (hook !== undefined && !hookNames.includes(hook)) throw unknownHook(hook);
  const known = new Set(plugins.map(({ name }) => name));
  return hookNames
    .filter((name) => hook === undefined || hook === name)
    .flatMap((name) => graphOf(name, taps.get(name) ?? [], known));
}

function graphOf(hook: string, taps: readonly PreparedTap[], known: ReadonlySet<string>): HookGraph[] {
  const [first] = taps;
  if (!first) return [];
  const edges = resolveReferences(taps, known).edges.map(({ from, to, by }) => ({
    from: labelOf(from),
    to: labelOf(to),
    by: by.plugin,
  }));
  return [{ hook, kind: first.kind, taps: taps.map(nodeOf), edges }];
}

function nodeOf(tap: PreparedTap): HookGraph['taps'][number] {
  const { plugin, phase, before, after, overrides, onError, timeoutMs, when, origin } = tap;
  return {
    label: labelOf(tap),
    plugin,
    phase,
    before,
    after,
    overrides,
    onError: typeof onError === 'string' ? onError : `retry(${onError.retry})`,
    timeoutMs,
    ...(when && { when: shownCondition(when) }),
    ...(origin !== undefined && { origin }),
  };
}

function shownCondition(when: ContainerCondition): string {
  return Object.entries(when)
    .map(([field, wanted]) => `${field}: ${wanted === '' ? "''" : wanted}`)
    .join(', ');
}

function unknownHook(hook: string): PouchError {
  return new PouchError('PCH_HOOK_UNKNOWN', `no hook point is named ${hook}`, {
    hint: didYouMean(hook, hookNames) ?? 'docs/reference/hooks.md has all hook points',
  });
}
