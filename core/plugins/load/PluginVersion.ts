import { isDeepStrictEqual } from 'node:util';
import type { Container } from 'inversify';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, type PouchError } from '../../../hooks/errors.ts';
import type { CircuitBreaker } from '../run/CircuitBreaker.ts';
import type { TapFigures } from '../run/TapFigures.ts';
import type { Contributions } from './Contributions.ts';
import type { WantedPlugin } from './wantedPlugin.ts';
import { interruptedAfter } from './within.ts';

interface Origin {
  readonly code?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly isRunning?: (() => boolean) | undefined;
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
  /** Of what its process was loaded from (fingerprint.ts); undefined if that is not known. */
  readonly fingerprint: string | undefined;
  /** As its setup got them. */
  options: unknown;
  /** Of the files that its options name (optionFiles.ts). */
  files: string | undefined;
  /** What its entry says beside its options. */
  entry:
    | Pick<WantedPlugin, 'isolation' | 'env' | 'user' | 'limits' | 'grants' | 'timeoutMs' | 'onError'>
    | undefined;
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
  readonly #isRunning: () => boolean;
  #users = 0;
  #isDisposed = false;

  constructor(plugin: Plugin, generation: number, origin: Origin = {}) {
    const { code, fingerprint, end = async () => {}, isRunning = () => false } = origin;
    this.plugin = plugin;
    this.generation = generation;
    this.code = code;
    this.fingerprint = fingerprint;
    this.#end = end;
    this.#isRunning = isRunning;
  }

  /** Whether another load would start and set up the same process: it has one, and nothing that it read has changed. */
  isAsLoadedFrom(fingerprint: string | undefined): boolean {
    const isSame = fingerprint !== undefined && this.fingerprint === fingerprint;
    return isSame && this.isUsed && this.fault === undefined && this.#isRunning();
  }

  /** A reload does not change how often an unchanged plugin has failed, nor its figures. */
  keepBreakersOf(previous: PluginVersion): void {
    if (!this.isSameAs(previous)) return;
    this.breakers = previous.breakers;
    this.figures = previous.figures;
  }

  /** Whether its file, its entry and the files that this names are the same. What its file imports does not count. */
  isSameAs({ plugin, code, options, entry, files }: PluginVersion): boolean {
    const isSameText = this.code === undefined ? this.plugin === plugin : this.code === code;
    return isSameText && isDeepStrictEqual([this.options, this.entry, this.files], [options, entry, files]);
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
