import type { Container } from 'inversify';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { Contributions } from './Contributions.ts';
import { interruptedAfter } from './within.ts';

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
  container: Container | undefined;
  contributions: Contributions | undefined;
  #users = 0;

  constructor(plugin: Plugin, generation: number, code?: string) {
    this.plugin = plugin;
    this.generation = generation;
    this.code = code;
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

  /**
   * Runs what the plugin has registered with onDispose, last first, and lets go of its container, unless a generation
   * has it. Never throws.
   */
  async disposeIfUnused(log: Logger, timeoutMs: number): Promise<void> {
    if (this.isUsed) return;
    for (const run of (this.contributions?.disposers ?? []).toReversed()) {
      try {
        await interruptedAfter(timeoutMs, 'onDispose', run);
      } catch (error) {
        log.warn('a plugin failed to clean up', { plugin: this.plugin.name, error: messageOf(error) });
      }
    }
    await this.container?.unbindAllAsync();
    this.container = undefined;
  }
}
