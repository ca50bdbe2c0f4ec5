import type { Surface } from '../../hooks/definePlugin.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { PluginStatus } from '../../hooks/engine.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';
import type { OwnedEffectKind } from '../contract/ownedEffectKind.ts';
import { disposePlugin } from './load/dispose.ts';
import type { PluginSlot } from './load/PluginSlot.ts';
import type { HookRunner, MissingPlugin } from './runHook.ts';

/**
 * All plugins as they were loaded together, sealed: nothing in it changes any more. A reload makes another one beside
 * it.
 */
export interface Generation {
  /** 1, 2, … in the life of the daemon. */
  readonly number: number;
  readonly runner: HookRunner;
  readonly effectKinds: ReadonlyMap<string, OwnedEffectKind>;
  /** By name and by each alias. */
  readonly runtimes: ReadonlyMap<string, RuntimeProvider>;
  readonly surfaces: readonly Surface[];
  /** Every plugin, also disabled and quarantined ones, in the order of the configuration. */
  readonly plugins: readonly PluginStatus[];
  /** Quarantined plugins without which containers are degraded or, if essential, not made. */
  readonly missing: readonly MissingPlugin[];
  /** Waits for observers, then lets every plugin clean up. Once no operation uses it; never throws. */
  dispose(): Promise<void>;
}

/** Collects what the active plugins contribute. */
export function sealGeneration(
  number: number,
  slots: readonly PluginSlot[],
  runner: HookRunner,
  missing: readonly MissingPlugin[],
  log: Logger,
  timeoutMs: number,
): Generation {
  const contributions = slots.filter((slot) => slot.active).flatMap((slot) => slot.contributions ?? []);
  const runtimes = contributions.flatMap((from) => from.runtimes);
  return Object.freeze({
    number,
    runner,
    effectKinds: new Map(
      contributions.flatMap((from) => from.effectKinds.map((kind) => [kind.kind, kind] as const)),
    ),
    runtimes: new Map(
      runtimes.flatMap((one) => [one.name, ...(one.aliases ?? [])].map((name) => [name, one] as const)),
    ),
    surfaces: Object.freeze(contributions.flatMap((from) => from.surfaces)),
    plugins: Object.freeze(slots.map((slot) => Object.freeze(slot.status()))),
    missing,
    dispose: async () => {
      await runner.observersSettled();
      for (const slot of slots.toReversed()) await disposePlugin(slot, log, timeoutMs);
    },
  });
}
