import type { PluginDetails, ShadowReport } from '../../../hooks/engine/plugins.ts';
import { rounded } from '../manage/rounded.ts';
import type { TapFigures } from '../run/TapFigures.ts';
import type { Shadow } from './Shadow.ts';

/** How a shadow compares. */
export function shadowReport({ name, slot, twin, comparison, serving }: Shadow): ShadowReport {
  const { wanted, version, error } = slot;
  const { since, calls, same, differing, failed, dropped, leftOut, differences } = comparison;
  const number = version?.plugin.version;
  const servingNumber = twin?.plugin.version;
  const shadowTimes = times(comparison.shadow);
  const servingTimes = times(comparison.serving);
  return {
    name,
    source: wanted.source,
    ...(number !== undefined && { version: number }),
    ...(error && { error: error.message }),
    ...(serving !== undefined && {
      serving: { source: serving, ...(servingNumber !== undefined && { version: servingNumber }) },
    }),
    ...{ since, calls, same, differing, failed, dropped, leftOut },
    ...(shadowTimes && { p50Ms: shadowTimes.p50, p99Ms: shadowTimes.p99 }),
    ...(servingTimes && { servingP50Ms: servingTimes.p50, servingP99Ms: servingTimes.p99 }),
    differences,
  };
}

/** A shadow among all plugins. */
export function shadowDetails({ name, slot, comparison }: Shadow): PluginDetails {
  const { isolation, source, error, hooks } = slot.status();
  const { version: number, doc } = slot.version?.plugin ?? {};
  const shadowTimes = times(comparison.shadow);
  return {
    name,
    source,
    isolation,
    state: 'shadow',
    hooks,
    ...(error !== undefined && { error }),
    ...(number !== undefined && { version: number }),
    ...(doc !== undefined && { doc }),
    ...(slot.version && { loadMs: rounded(slot.version.loadMs) }),
    calls: comparison.calls,
    errors: comparison.failed,
    ...(shadowTimes && { p50Ms: shadowTimes.p50, p99Ms: shadowTimes.p99 }),
    taps: [],
  };
}

function times(figures: TapFigures): { p50: number; p99: number } | undefined {
  const [p50, p99] = [figures.quantile(0.5), figures.quantile(0.99)];
  return p50 === undefined || p99 === undefined ? undefined : { p50: rounded(p50), p99: rounded(p99) };
}
