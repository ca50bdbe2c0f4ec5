import type { Container } from 'inversify';
import type { PluginEntry } from '../../config/types.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Plugin } from '../../hooks/definePlugin.ts';
import type { PouchError } from '../../hooks/errors.ts';
import { toPouchError } from '../../hooks/errors.ts';
import { Clock, Log } from '../../hooks/services.ts';
import type { Generation } from './generation.ts';
import { sealGeneration } from './generation.ts';
import type { ReservedNames } from './load/clashes.ts';
import { contributionClashes, nameClashes } from './load/clashes.ts';
import { disposePlugin } from './load/dispose.ts';
import { checkManifest } from './load/manifest.ts';
import { missingPlugins } from './load/missing.ts';
import { orderAll } from './load/orderAll.ts';
import { importPluginFile } from './load/pluginFile.ts';
import type { Locate } from './load/pluginOptions.ts';
import { setUp } from './load/setUp.ts';
import type { PluginSlot } from './load/PluginSlot.ts';
import { slotsOf } from './load/wanted.ts';
import type { BreakerSettings } from './run/CircuitBreaker.ts';
import type { TapTrace } from './run/settleTap.ts';
import { createRunner } from './runHook.ts';
import { serviceOf } from './services.ts';

export interface LoadPluginsOptions {
  /** 1 at the start of the daemon, one more at each reload. */
  readonly number: number;
  readonly builtIns: readonly Plugin[];
  /** `plugins` of pouchd.yaml. */
  readonly entries: readonly PluginEntry[];
  /** Holds the services. Each plugin gets a child of it. */
  readonly container: Container;
  /** `FILE:LINE` of a JSON pointer into the configuration. */
  readonly locate?: Locate | undefined;
  readonly reserved?: ReservedNames | undefined;
  /** Milliseconds for loading a file, for a setup, and for an onDispose; 10 s if missing. */
  readonly timeoutMs?: number | undefined;
  readonly onTrace?: ((trace: TapTrace) => void) | undefined;
  readonly breaker?: BreakerSettings | undefined;
}

/**
 * Loads all plugins into a new generation. Never fails for a plugin's fault: a plugin that cannot be loaded, set up or
 * ordered is quarantined, named with its error in `plugins` and in the log, and the rest works.
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<Generation> {
  const { container, timeoutMs = 10_000, locate = () => undefined } = options;
  const log = serviceOf(container, Log);
  const slots = slotsOf(options.builtIns, options.entries, locate);

  for (const slot of slots) await attempt(slot, () => readPlugin(slot, timeoutMs));
  quarantineAll(nameClashes(slots.filter(isActive)));
  await Promise.all(slots.map((slot) => attempt(slot, () => setUp(slot, { container, locate, timeoutMs }))));
  quarantineAll(contributionClashes(slots.filter(isActive), options.reserved ?? {}));
  const taps = orderAll(slots, quarantine);

  await reportQuarantined(slots, log, timeoutMs);
  const missing = missingPlugins(slots);
  const { onTrace, breaker } = options;
  const runner = createRunner(taps, { missing, onTrace, breaker, clock: serviceOf(container, Clock) });
  return sealGeneration(options.number, slots, runner, missing, log, timeoutMs);
}

function isActive(slot: PluginSlot): boolean {
  return slot.active;
}

/** Runs one stage of an active plugin; its error quarantines it. */
async function attempt(slot: PluginSlot, stage: () => Promise<void>): Promise<void> {
  if (!slot.active) return;
  try {
    await stage();
  } catch (error) {
    quarantine(slot, toPouchError(error));
  }
}

async function readPlugin(slot: PluginSlot, timeoutMs: number): Promise<void> {
  const { builtIn, path, name } = slot.wanted;
  const value = path === undefined ? builtIn : await importPluginFile(path, timeoutMs);
  slot.plugin = checkManifest(value, path ?? `built-in plugin ${name}`);
}

function quarantine(slot: PluginSlot, error: PouchError): void {
  slot.error ??= error;
}

function quarantineAll(errors: ReadonlyMap<PluginSlot, PouchError>): void {
  for (const [slot, error] of errors) quarantine(slot, error);
}

/** A quarantined plugin may have started something in its setup. */
async function reportQuarantined(
  slots: readonly PluginSlot[],
  log: Logger,
  timeoutMs: number,
): Promise<void> {
  for (const slot of slots) {
    if (!slot.error) continue;
    const { code, message, hint } = slot.error;
    const { source, origin } = slot.wanted;
    log.error(`plugin ${slot.name} is quarantined`, {
      plugin: slot.name,
      source,
      origin,
      code,
      error: message,
      hint,
    });
    await disposePlugin(slot, log, timeoutMs);
  }
}
