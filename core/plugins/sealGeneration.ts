import type { PluginGrants } from '../../config/types.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { PouchError } from '../../hooks/errors.ts';
import type { Generation, OwnedProfile, OwnedSidecar, OwnedSurface, Undoer } from './generation.ts';
import { contributionClashes, nameClashes, type ReservedNames, serviceClashes } from './load/clashes.ts';
import { isConfined } from './load/grants.ts';
import { missingPlugins } from './load/missing.ts';
import { orderAll, type TapsByHook } from './load/orderAll.ts';
import type { PluginSlot } from './load/PluginSlot.ts';
import { orphans } from './load/serviceFaults.ts';
import type { PluginVersion } from './load/PluginVersion.ts';
import type { ServingVersions } from './load/wanted.ts';
import { isExecutablePlugin } from './process/describePlugin.ts';
import { type ShadowParts, shadowsOf } from './shadow/shadowsOf.ts';
import { createRunner, type RunnerOptions } from './runHook.ts';

export interface SealOptions extends Omit<RunnerOptions, 'missing' | 'breakersOf' | 'figuresOf' | 'shadows'> {
  readonly shadows: ShadowParts;
  readonly number: number;
  readonly log: Logger;
  readonly reserved: ReservedNames;
  /** Milliseconds for an onDispose. */
  readonly timeoutMs: number;
}

type Faults = ReadonlyMap<PluginSlot, PouchError>;

/** A generation of the plugins that are active once clashes and contradictory orders are settled. */
export function sealGeneration(slots: readonly PluginSlot[], options: SealOptions): Generation {
  const { number, log, timeoutMs, reserved } = options;
  const taps = settle(slots, reserved);
  report(slots, log);
  const missing = missingPlugins(slots);
  const versionOf = (plugin: string) => slots.find((slot) => slot.active && slot.name === plugin)?.version;
  const breakersOf = (plugin: string) => versionOf(plugin)?.breakers ?? new Map();
  const figuresOf = (plugin: string) => versionOf(plugin)?.figures ?? new Map();
  const { queue, slots: shadowSlots } = options.shadows;
  const shadows = shadowsOf(options.shadows, slots);
  report(shadowSlots, log);
  const runner = createRunner(taps, {
    ...options,
    missing,
    breakersOf,
    figuresOf,
    shadows: queue && { all: shadows, queue },
  });
  const versions = [...slots, ...shadowSlots].flatMap((slot) =>
    slot.active && slot.version ? [slot.version] : [],
  );
  for (const version of versions) version.retain();
  return Object.freeze({
    number,
    runner,
    taps,
    ...contributionsOf(slots.filter(isActive)),
    plugins: Object.freeze(slots.map((slot) => Object.freeze(slot.status()))),
    shadows: Object.freeze(shadows),
    missing,
    versions: serving(slots.filter(isActive)),
    without: (failures: ReadonlyMap<string, PouchError>) => {
      for (const slot of slots) {
        const error = failures.get(slot.name);
        if (error) slot.fail(error);
      }
      return sealGeneration(slots, options);
    },
    dispose: async () => {
      await runner.observersSettled();
      for (const shadow of shadows) shadow.end();
      for (const version of versions.toReversed()) await version.release(log, timeoutMs);
    },
  });
}

/** Each fault costs a plugin its new version, or all of it, and whatever that changes is checked again. */
function settle(slots: readonly PluginSlot[], reserved: ReservedNames): TapsByHook {
  for (;;) {
    failClashes(slots, (active) => nameClashes(active));
    failClashes(slots, (active) => contributionClashes(active, reserved));
    // A previous version that serves may provide what another one does.
    failClashes(slots, (active) => serviceClashes(active));
    failClashes(slots, (active) => orphans(active));
    const { taps, faults } = orderAll(slots);
    if (faults.size === 0) return taps;
    failAll(faults);
  }
}

/** Repeats: a previous version that serves may clash in turn. */
export function failClashes(
  slots: readonly PluginSlot[],
  clashesOf: (active: readonly PluginSlot[]) => Faults,
): void {
  for (;;) {
    const clashes = clashesOf(slots.filter(isActive));
    if (clashes.size === 0) return;
    failAll(clashes);
  }
}

function failAll(faults: Faults): void {
  for (const [slot, error] of faults) slot.fail(error);
}

function isActive(slot: PluginSlot): boolean {
  return slot.active;
}

/** Collects what the active plugins contribute. */
function contributionsOf(active: readonly PluginSlot[]) {
  const contributions = active.flatMap((slot) => slot.contributions ?? []);
  const runtimes = contributions.flatMap((from) => from.runtimes);
  return {
    effectKinds: new Map(
      contributions.flatMap((from) => from.effectKinds.map((kind) => [kind.kind, kind] as const)),
    ),
    runtimes: new Map(
      runtimes.flatMap((one) => [one.name, ...(one.aliases ?? [])].map((name) => [name, one] as const)),
    ),
    profiles: new Map(active.flatMap(profilesOf).map((owned) => [owned.profile.name, owned] as const)),
    grants: new Map(active.flatMap(grantsOf)),
    contributions: Object.freeze(
      active.flatMap(({ name, contributions: contributed }) =>
        contributed ? { plugin: name, contributed } : [],
      ),
    ),
    scripts: Object.freeze(active.flatMap(({ wanted }) => wanted.script ?? [])),
    surfaces: Object.freeze(active.flatMap(surfacesOf)),
    sidecars: Object.freeze(active.flatMap(sidecarsOf)),
    undoers: Object.freeze(active.flatMap(undoersOf)),
  };
}

function profilesOf({ name: plugin, contributions }: PluginSlot): OwnedProfile[] {
  return (contributions?.profiles ?? []).map((profile) => ({ plugin, profile }));
}

function grantsOf({ name, wanted }: PluginSlot): [string, PluginGrants][] {
  return isConfined(wanted) ? [[name, wanted.grants ?? {}]] : [];
}

function surfacesOf({ name, version }: PluginSlot): OwnedSurface[] {
  const { surfaces = [] } = version?.contributions ?? {};
  return surfaces.map((surface) => ({ plugin: name, options: version?.options, surface }));
}

function sidecarsOf({ name, contributions, version, wanted }: PluginSlot): OwnedSidecar[] {
  const { path, isolation, user, limits, grants } = wanted;
  return (contributions?.of('sidecar') ?? []).map((sidecar) => {
    const granted = grants?.sidecars?.[sidecar.name];
    const own = {
      ...(grants?.network !== undefined && { network: grants.network }),
      ...(grants?.paths && { paths: grants.paths }),
      ...(granted && { sidecars: { [sidecar.name]: granted } }),
    };
    const sidecarEntry = { path, isolation, user, limits, grants: own };
    return { plugin: name, sidecar, entry: sidecarEntry, options: version?.options };
  });
}

function undoersOf({ name, version, wanted }: PluginSlot): Undoer[] {
  const { code, options, contributions } = version ?? {};
  const kinds = (contributions?.effectKinds ?? []).map(({ kind }) => kind);
  if (kinds.length === 0) return [];
  const { source, isolation, env, user, limits, grants } = wanted;
  // An executable is kept where it is: its text may be no text.
  const isText = code !== undefined && !isExecutablePlugin(source);
  return [
    {
      name,
      source,
      options,
      kinds,
      ...(isText && { code }),
      ...(isolation === 'process' && { process: { env, user, limits, grants } }),
    },
  ];
}

function serving(active: readonly PluginSlot[]): ServingVersions {
  const versions = new Map<string, PluginVersion>();
  for (const { name, version, wanted } of active) {
    if (!version) continue;
    versions.set(name, version);
    if (wanted.path !== undefined) versions.set(wanted.path, version);
  }
  return versions;
}

/** Logs each error once. */
function report(slots: readonly PluginSlot[], log: Logger): void {
  for (const slot of slots) {
    if (!slot.error || slot.isReported) continue;
    slot.isReported = true;
    const { code, message, hint } = slot.error;
    const { source, origin } = slot.wanted;
    const what = slot.isQuarantined
      ? `is quarantined${slot.wanted.isShadow ? ': a shadow that cannot be loaded' : ''}`
      : `still serves the version of generation ${slot.version?.generation}`;
    log.error(`plugin ${slot.name} ${what}`, {
      plugin: slot.name,
      source,
      origin,
      code,
      error: message,
      hint,
    });
  }
}
