import type { PluginDetails, PluginTapFigures } from '../../../hooks/engine/plugins.ts';
import type { Generation } from '../generation.ts';
import { quantileOf, type TapFigures } from '../run/TapFigures.ts';
import type { CircuitBreaker } from '../run/CircuitBreaker.ts';
import { keyOf, labelOf, type PreparedTap } from '../tap.ts';

/** Every plugin of a generation with what its calls have cost. */
export function pluginDetails({ plugins, versions, taps }: Generation): PluginDetails[] {
  return plugins.map((status) => {
    // A quarantined or disabled plugin may have the name of one that serves.
    const version = status.state === 'active' ? versions.get(status.name) : undefined;
    const own = [...taps.values()].flat().filter(({ plugin }) => version && plugin === status.name);
    const figures = own.map((tap) => version?.figures.get(keyOf(tap))).filter((each) => each !== undefined);
    const { version: number, doc } = version?.plugin ?? {};
    return {
      ...status,
      ...(number !== undefined && { version: number }),
      ...(doc !== undefined && { doc }),
      ...(version && { loadMs: rounded(version.loadMs) }),
      calls: sum(figures, 'calls'),
      errors: sum(figures, 'errors'),
      ...times(figures),
      taps: own.map((tap) =>
        tapFigures(tap, version?.figures.get(keyOf(tap)), version?.breakers.get(keyOf(tap))),
      ),
    };
  });
}

function tapFigures(
  tap: PreparedTap,
  figures: TapFigures | undefined,
  breaker: CircuitBreaker | undefined,
): PluginTapFigures {
  const { calls = 0, errors = 0, leftOut = 0, maxMs = 0, lastError } = figures ?? {};
  return {
    hook: tap.hook,
    tap: labelOf(tap),
    calls,
    errors,
    leftOut,
    ...times(figures ? [figures] : []),
    ...(calls > 0 && { maxMs: rounded(maxMs) }),
    ...(lastError !== undefined && { lastError }),
    ...(breaker && { breaker: breaker.isOpen ? 'open' : 'closed' }),
  };
}

function times(figures: readonly TapFigures[]): { p50Ms?: number; p99Ms?: number } {
  const [p50, p99] = [quantileOf(figures, 0.5), quantileOf(figures, 0.99)];
  return p50 === undefined || p99 === undefined ? {} : { p50Ms: rounded(p50), p99Ms: rounded(p99) };
}

function sum(figures: readonly TapFigures[], field: 'calls' | 'errors'): number {
  return figures.reduce((total, one) => total + one[field], 0);
}

/** Microseconds are precise enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
