import { isDeepStrictEqual } from 'node:util';
import type { Container } from 'inversify';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, type PouchError } from '../../../hooks/errors.ts';
import type { CircuitBreaker } from '../run/CircuitBreaker.ts';
import type { TapFigures } from '../run/TapFigures.ts';
import type { TapSettings } from '../tap.ts';
import type { Contributions } from './Contributions.ts';
import { interruptedAfter } from './within.ts';

interface Origin {
  readonly code?: string | undefined;
  readonly end?: (() => Promise<void>) | undefined;
}

/**
 * A plugin as one load has read it and set it up. Several generations may share it: it is disposed of with the last
 * of them.
 */
export class PluginVersion {
  readonly plugin: Plugin;
  /** Number of the generation that has loaded it. */
  readonly generation: number;
  /** Text of its file. */
  readonly code: string | undefined;
  /** As its setup got them. */
  options: unknown;
  /** `timeout` and `onError` of its entry. */
  policy: Pick<TapSettings, 'timeoutMs' | 'onError'> = {};
  /** Of its taps, by hook and tap. */
  breakers = new Map<string, CircuitBreaker>();
  /** The same for what their calls have cost. */
  figures = new Map<string, TapFigures>();
  /** Milliseconds that its file and its setup took. */
  loadMs = 0;
  container: Container | undefined;
  contributions: Contributions | undefined;
  /** Why it was given up; plugins that need its services follow. */
  fault: PouchError | undefined;
  #providers: readonly Provider[] = [];
  /** Ends its process. */
  readonly #end: () => Promise<void>;
  #users = 0;
  #isDisposed = false;

  constructor(plugin: Plugin, generation: number, { code, end = async () => {} }: Origin = {}) {
    this.plugin = plugin;
    this.generation = generation;
    this.code = code;
    this.#end = end;
  }

  /** A reload does not change how often an unchanged plugin has failed, nor its figures. */
  keepBreakersOf(previous: PluginVersion): void {
    if (!this.isSameAs(previous)) return;
    this.breakers = previous.breakers;
    this.figures = previous.figures;
  }

  /** Whether its file and its entry are the same. What its file imports does not count. */
  isSameAs({ plugin, code, options, policy }: PluginVersion): boolean {
    const isSameText = this.code === undefined ? this.plugin === plugin : this.code === code;
    return isSameText && isDeepStrictEqual([this.options, this.policy], [options, policy]);
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }

  retain(): void {
    this.#users += 1;
  }

  /** Disposes of it if no other generation has it; never throws. */
  async release(log: Logger, timeoutMs: number): Promise<void> {
    this.#users -= 1;
    await this.disposeIfUnused(log, timeoutMs);
  }

  /** The versions of other plugins whose services it cannot do without. */
  get providers(): readonly PluginVersion[] {
    return this.#providers.flatMap(({ version, isOptional }) => (isOptional ? [] : version));
  }

  /** It has a service of another plugin, which stays loaded for as long as this one. */
  useServiceOf(version: PluginVersion, { isOptional }: { isOptional: boolean }): void {
    version.retain();
    this.#providers = [...this.#providers, { version, isOptional }];
  }

  /**
   * Runs what the plugin has registered with onDispose, last first, and lets go of its container, unless a generation
   * has it. Never throws.
   */
  async disposeIfUnused(log: Logger, timeoutMs: number): Promise<void> {
    if (this.isUsed || this.#isDisposed) return;
    this.#isDisposed = true;
    for (const run of (this.contributions?.disposers ?? []).toReversed()) {
      try {
        await interruptedAfter(timeoutMs, 'onDispose', run);
      } catch (error) {
        log.warn('a plugin failed to clean up', { plugin: this.plugin.name, error: messageOf(error) });
      }
    }
    await this.#end();
    await this.container?.unbindAllAsync();
    this.container = undefined;
    for (const { version } of this.#providers) await version.release(log, timeoutMs);
  }
}

interface Provider {
  readonly version: PluginVersion;
  readonly isOptional: boolean;
}
