import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Container } from 'inversify';
import type { HostFacts, Locate, Plugin } from '../../hooks/definePlugin.ts';
import { type PouchError, toPouchError } from '../../hooks/errors.ts';
import { Clock, Host, Log, services } from '../../hooks/services.ts';
import type { Token } from '../../hooks/token.ts';
import type { Generation } from './generation.ts';
import type { ReservedNames } from './load/clashes.ts';
import { nameClashes, serviceClashes } from './load/clashes.ts';
import { Fingerprints, isSelfContained } from './load/fingerprint.ts';
import { checkGrants } from './load/grants.ts';
import { checkManifest } from './load/manifest.ts';
import { importPluginFile } from './load/pluginFile.ts';
import type { PluginSlot } from './load/PluginSlot.ts';
import type { WantedPlugin } from './load/wantedPlugin.ts';
import { PluginVersion } from './load/PluginVersion.ts';
import { type IsBound, providersFor, serviceFaults } from './load/serviceFaults.ts';
import { setUp, type Surroundings } from './load/setUp.ts';
import { type LoadEntry, requireOptions, type Sections, slotsOf } from './load/wanted.ts';
import { describePlugin } from './process/describePlugin.ts';
import type { Confinement } from './process/places.ts';
import type { Masker } from './process/secretValues.ts';
import type { RunningOperation } from './Operations.ts';
import type { BreakerSettings } from './run/CircuitBreaker.ts';
import type { TapTrace } from './run/settleTap.ts';
import { scriptPlugin } from './scripts/scriptPlugin.ts';
import { scriptSlots, versionOf } from './scripts/scriptSlots.ts';
import type { ShadowQueue } from './shadow/ShadowQueue.ts';
import { failClashes, sealGeneration } from './sealGeneration.ts';
import { serviceOf } from './services.ts';
import { tryFiles } from './trial/tryFiles.ts';

export interface LoadPluginsOptions {
  /** 1 at the start of the daemon, one more at each reload. */
  readonly number: number;
  readonly builtIns: readonly Plugin[];
  /** `plugins` of pouchd.yaml. */
  readonly entries: readonly LoadEntry[];
  /** Top-level sections of pouchd.yaml, which are options of the built-in plugins that name them. */
  readonly sections?: Sections | undefined;
  /** Holds the services. Each plugin gets a child of it. */
  readonly container: Container;
  /** Of each plugin that cannot be loaded, its version serves on. */
  readonly previous?: Generation | undefined;
  /**
   * argv that starts a trial: it loads the files first, so that one that hangs or ends its process costs that process.
   */
  readonly trialCommand?: readonly string[] | undefined;
  /** Holds one-shot scripts, in `POINT.d`. */
  readonly hooksDir?: string | undefined;
  /** argv of the program that hosts a module in a process of its own. */
  readonly hostCommand?: readonly string[] | undefined;
  /** Masks what plugins in processes of their own read. */
  readonly secrets?: Masker | undefined;
  /** The cgroup of pouchd's containers. Below it processes have their limits; without it, none hold. */
  readonly cgroupParent?: string | undefined;
  /** What confines processes. */
  /** `none`: executables have the rights of this process. Missing: none can be started. */
  readonly confinement?: Confinement | 'none' | undefined;
  /** Ends a trial. */
  readonly signal?: AbortSignal | undefined;
  /** `FILE:LINE` of a JSON pointer into the configuration. */
  readonly locate?: Locate | undefined;
  readonly reserved?: ReservedNames | undefined;
  /** Milliseconds for loading a file, for a setup, and for an onDispose; 10 s if missing. */
  readonly timeoutMs?: number | undefined;
  /** Mistakes in options are errors even where a plugin could do without that part of them. */
  readonly isStrict?: boolean | undefined;
  /** Files that are not loaded, each with its error. */
  readonly refused?: ReadonlyMap<string, PouchError> | undefined;
  readonly onTrace?: ((trace: TapTrace) => void) | undefined;
  readonly breaker?: BreakerSettings | undefined;
  /** Has shadows plan. Missing: they are loaded, and do not plan. */
  readonly shadowQueue?: ShadowQueue | undefined;
  /** The operation that a call of a tap belongs to. */
  readonly operation?: (() => RunningOperation | undefined) | undefined;
}

/**
 * Loads all plugins into a new generation. Never fails for a plugin's fault: of a plugin that cannot be loaded, set up
 * or ordered the version of the previous generation serves on; without one it is quarantined. It is named with its
 * error in `plugins` and in the log, and the rest works.
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<Generation> {
  const { container, timeoutMs = 10_000, locate = () => undefined } = options;
  const log = serviceOf(container, Log);
  const isBound: IsBound = (token) => container.isBound(token);
  const slots = await readPlugins({ ...options, isBound, facts: serviceOf(container, Host) });
  const serving = slots.filter(isServing);
  const { isStrict } = options;
  await setUpAll(slots, { container, locate, timeoutMs, candidates: serving, isStrict });
  const { number, onTrace, breaker, operation, reserved = {}, previous, shadowQueue } = options;
  const clock = serviceOf(container, Clock);
  const shadowSlots = slots.filter((slot) => !isServing(slot));
  const generation = sealGeneration(serving, {
    shadows: { slots: shadowSlots, previous: previous?.shadows ?? [], queue: shadowQueue },
    number,
    log,
    reserved,
    timeoutMs,
    onTrace,
    breaker,
    operation,
    clock,
  });
  // One that failed may have started something in its setup.
  await Promise.all(slots.map(async ({ loaded }) => await loaded?.disposeIfUnused(log, timeoutMs)));
  return generation;
}

export type ReadOptions = Omit<LoadPluginsOptions, 'container' | 'onTrace' | 'breaker' | 'operation'> & {
  /** Missing: those of the engine are. */
  readonly isBound?: IsBound | undefined;
  /** What plugins know of the host. Missing: none keeps its process. */
  readonly facts?: HostFacts | undefined;
};

/** Sets each plugin up after those whose services it injects, else side by side. */
async function setUpAll(slots: readonly PluginSlot[], surroundings: Surroundings): Promise<void> {
  const { container } = surroundings;
  // Before the first begins: one that is being set up is not to be set up any more.
  const providers = new Map(
    slots.map((slot) => [slot, providersFor(slot, slots, (token) => container.isBound(token))]),
  );
  const begun = new Map<PluginSlot, Promise<void>>();
  const begin = async (slot: PluginSlot): Promise<void> => {
    await Promise.all((providers.get(slot) ?? []).map(once));
    await attempt(slot, () => setUp(slot, surroundings));
  };
  const once = (slot: PluginSlot): Promise<void> => {
    const done = begun.get(slot) ?? begin(slot);
    begun.set(slot, done);
    return done;
  };
  // One that waits for nothing is set up before the next one begins, so that the time of each is its own.
  for (const slot of slots) await Promise.race([once(slot), setImmediate()]);
  await Promise.all(slots.map(once));
}

/**
 * Reads the files and checks the manifests; sets nothing up. The processes of plugins run already: each `loaded` is to
 * be disposed of.
 */
export async function readPlugins(options: ReadOptions): Promise<PluginSlot[]> {
  const { builtIns, entries, locate = () => undefined, previous, timeoutMs = 10_000 } = options;
  const { trialCommand: command, signal, isBound = isOfTheEngine } = options;
  const serving = previous?.versions ?? new Map<string, PluginVersion>();
  const slots = [
    ...slotsOf(builtIns, entries, locate, serving, options.sections),
    ...scriptSlots(options.hooksDir, serving),
  ];
  for (const slot of slots) {
    const refusal = options.refused?.get(slot.wanted.path ?? '');
    if (refusal) slot.fail(refusal);
  }
  const described = describeAll(slots, { ...options, timeoutMs });
  const paths = slots.filter(isOwnModule).flatMap(({ wanted }) => wanted.path ?? []);
  const faults = command && (await tryFiles(paths, { command, timeoutMs, signal }));
  for (const slot of slots.filter(isToRead))
    await attempt(slot, async () => {
      const fault = faults?.get(slot.wanted.path ?? '');
      if (fault) throw fault;
      slot.loaded = await (described.get(slot) ?? readPlugin(slot.wanted, { ...options, timeoutMs }));
      checkManifest(slot.loaded.plugin, slot.wanted.source);
      slot.version = slot.loaded;
      // What it is without them, such as `required`, is known by now.
      requireOptions(slot.wanted);
    });
  const own = slots.filter(isServing);
  failClashes(own, nameClashes);
  failClashes(own, serviceClashes);
  failClashes(own, () => serviceFaults(own, isBound));
  failClashes(
    slots.filter((slot) => !isServing(slot)),
    nameClashes,
  );
  return slots;
}

/** Of one that was refused, the previous version may be active. */
function isToRead({ active, error }: PluginSlot): boolean {
  return active && !error;
}

function isServing({ wanted }: PluginSlot): boolean {
  return !wanted.isShadow;
}

function isOfTheEngine(token: Token): boolean {
  return Object.values(services).some((known) => known === token);
}

/** Runs one stage of an active plugin. */
export async function attempt(slot: PluginSlot, stage: () => Promise<void>): Promise<void> {
  if (!slot.active) return;
  const started = performance.now();
  try {
    await stage();
    // One that keeps its process is not loaded.
    if (slot.version && !slot.version.isUsed) slot.version.loadMs += performance.now() - started;
  } catch (error) {
    slot.fail(toPouchError(error));
  }
}

/** Starts all processes side by side: one that hangs costs its deadline once. */
function describeAll(
  slots: readonly PluginSlot[],
  { number, locate = () => undefined, reserved, ...surroundings }: ReadOptions & { timeoutMs: number },
): Map<PluginSlot, Promise<PluginVersion>> {
  const described = new Map<PluginSlot, Promise<PluginVersion>>();
  const { facts, cgroupParent, confinement, hostCommand, timeoutMs } = surroundings;
  const fingerprints = new Fingerprints([facts, cgroupParent, confinement, hostCommand, timeoutMs]);
  for (const slot of slots) {
    const { path, isolation, env, user, limits, grants, isShadow: isBackground } = slot.wanted;
    if (!isToRead(slot) || path === undefined || isolation === 'in-process') continue;
    const describe = async () => {
      await checkGrants(slot.wanted, {
        locate,
        reserved,
        hidden: confinement === 'none' ? [] : confinement?.hidden,
      });
      const fingerprint = facts && (await fingerprints.of(slot.wanted, locate(slot.wanted.pointer ?? '')));
      const code = await textOf(path);
      const { previous } = slot;
      if (previous?.isAsLoadedFrom(fingerprint) && isSelfContained(previous) && previous.code === code)
        return previous;
      const entry = { path, env, user, limits, grants, isBackground };
      const { plugin, ...origin } = await describePlugin(entry, surroundings);
      return new PluginVersion(plugin, number, { code, fingerprint, ...origin });
    };
    const version = describe();
    // It is awaited in its turn.
    version.catch(() => undefined);
    described.set(slot, version);
  }
  return described;
}

/** Whether its module is loaded into pouchd. */
function isOwnModule(slot: PluginSlot): boolean {
  const { wanted } = slot;
  return isToRead(slot) && wanted.path !== undefined && wanted.isolation === 'in-process';
}

async function readPlugin(
  { builtIn, path, name, script }: WantedPlugin,
  { number, ...surroundings }: ReadOptions & { timeoutMs: number },
): Promise<PluginVersion> {
  if (script) {
    const plugin = checkManifest(await scriptPlugin(script, surroundings), name);
    return new PluginVersion(plugin, number, { code: versionOf(script) });
  }
  const value = path === undefined ? builtIn : await importPluginFile(path, surroundings.timeoutMs);
  const plugin = checkManifest(value, path ?? `built-in plugin ${name}`);
  return new PluginVersion(plugin, number, { code: path && (await textOf(path)) });
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}
