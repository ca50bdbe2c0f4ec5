import type { Container } from 'inversify';
import type { FailurePolicy } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PouchError } from '../../../hooks/errors.ts';
import type { Contributions } from './Contributions.ts';

/**
 * What is known of a plugin before it is loaded, from the list of built-in ones and from its entry in the
 * configuration.
 */
export interface Wanted {
  /** Of the entry, the built-in plugin, or for a file its name without the extension until it is loaded. */
  readonly name: string;
  /** `built-in` or the file. */
  readonly source: string;
  readonly builtIn?: Plugin | undefined;
  readonly path?: string | undefined;
  readonly enabled: boolean;
  readonly options: unknown;
  /** JSON pointer of its entry. */
  readonly pointer?: string | undefined;
  readonly origin?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onError?: FailurePolicy | undefined;
}

/**
 * One plugin on its way through loading. The first error of any stage quarantines it, and it takes part in no other.
 */
export class PluginSlot {
  readonly wanted: Wanted;
  plugin: Plugin | undefined;
  container: Container | undefined;
  contributions: Contributions | undefined;
  error: PouchError | undefined;

  constructor(wanted: Wanted) {
    this.wanted = wanted;
  }

  get name(): string {
    return this.plugin?.name ?? this.wanted.name;
  }

  get active(): boolean {
    return this.wanted.enabled && this.error === undefined;
  }

  status(): PluginStatus {
    const taps = this.active ? (this.contributions?.taps ?? []) : [];
    return {
      name: this.name,
      source: this.wanted.source,
      state: this.active ? 'active' : this.error ? 'quarantined' : 'disabled',
      ...(this.error ? { error: sentenceOf(this.error) } : {}),
      hooks: [...new Set(taps.map(({ point }) => point.name))],
    };
  }
}

function sentenceOf({ message, hint }: PouchError): string {
  return hint === undefined ? message : `${message} (${hint})`;
}
