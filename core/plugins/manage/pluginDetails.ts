import type { PluginDetails, PluginTapFigures } from '../../../hooks/engine/plugins.ts';
import type { Generation } from '../generation.ts';
import { quantileOf, type TapFigures } from '../run/TapFigures.ts';
import type { CircuitBreaker } from '../run/CircuitBreaker.ts';
import { shadowDetails } from '../shadow/shadowReports.ts';
import type { PluginVersion } from '../load/PluginVersion.ts';
import { keyOf, labelOf, partsOf, type PreparedTap } from '../tap.ts';
import { rounded } from './rounded.ts';

/** Every plugin of a generation with what its calls have cost, its shadows last. */
export function pluginDetails({ plugins, versions, taps, shadows, grants }: Generation): PluginDetails[] {
  const serving = plugins.map((status) => {
    // A quarantined or disabled plugin may have the name of one that serves.
    const version = status.state === 'active' ? versions.get(status.name) : undefined;
    const declared = [...taps.values()].flat().filter(({ plugin }) => version && plugin === status.name);
    const own = declared.flatMap((tap) => [tap, ...calledParts(tap, version)]);
    const figures = own.map((tap) => version?.figures.get(keyOf(tap))).filter((each) => each !== undefined);
    const { version: number, doc } = version?.plugin ?? {};
    const granted = version && grants.get(status.name);
    return {
      ...status,
      ...(number !== undefined && { version: number }),
      ...(doc !== undefined && { doc }),
      ...(granted && { grants: granted }),
      ...(version && { loadMs: rounded(version.loadMs) }),
      calls: sum(figures, 'calls'),
      errors: sum(figures, 'errors'),
      ...times(figures),
      taps: own.map((tap) =>
        tapFigures(tap, version?.figures.get(keyOf(tap)), version?.breakers.get(keyOf(tap))),
      ),
    };
  });
  return [...serving, ...shadows.map(shadowDetails)];
}

/** The parts of a tap that it was called for. */
function calledParts(tap: PreparedTap, version: PluginVersion | undefined): PreparedTap[] {
  return tap.parts ? partsOf(tap).filter((part) => version?.figures.has(keyOf(part))) : [];
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
