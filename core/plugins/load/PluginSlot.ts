import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PouchError } from '../../../hooks/errors.ts';
import { contributionNames } from '../../../hooks/contributions/index.ts';
import { tokenName } from '../../../hooks/token.ts';
import { needsOf } from './requirements.ts';
import type { Contributions } from './Contributions.ts';
import type { PluginVersion } from './PluginVersion.ts';
import type { WantedPlugin } from './wantedPlugin.ts';

/**
 * One plugin on its way through loading. The first error of any stage has it serve the version that served before;
 * without one, the plugin is quarantined and takes part in no other stage.
 */
export class PluginSlot {
  readonly wanted: WantedPlugin;
  version: PluginVersion | undefined;
  /** What this load has read of it, also if another version serves. */
  loaded: PluginVersion | undefined;
  #previous: PluginVersion | undefined;
  #isQuarantined = false;
  /** Why it is quarantined, or serves the previous version. */
  error: PouchError | undefined;
  /** Whether its state has been logged. */
  isReported = false;

  constructor(wanted: WantedPlugin, previous?: PluginVersion) {
    this.wanted = wanted;
    this.#previous = previous;
  }

  get name(): string {
    return this.version?.plugin.name ?? this.wanted.name;
  }

  get contributions(): Contributions | undefined {
    return this.version?.contributions;
  }

  get active(): boolean {
    return this.wanted.enabled && !this.#isQuarantined;
  }

  get isQuarantined(): boolean {
    return this.#isQuarantined;
  }

  get previous(): PluginVersion | undefined {
    return this.#previous;
  }

  /** Once it is set up: an unchanged plugin continues with the circuit breakers that it had. */
  keepBreakers(): void {
    if (this.#previous) this.version?.keepBreakersOf(this.#previous);
  }

  fail(error: PouchError): void {
    if (!this.active) return;
    // The first error is the one to fix.
    this.error ??= error;
    if (this.version) this.version.fault ??= error;
    const previous = this.#previous?.isUsed ? this.#previous : undefined;
    this.#previous = undefined;
    this.isReported = false;
    if (previous) this.version = previous;
    else this.#isQuarantined = true;
  }

  status(): PluginStatus {
    const taps = this.active ? (this.contributions?.taps ?? []) : [];
    return {
      name: this.name,
      source: this.wanted.source,
      isolation: this.wanted.isolation,
      state: this.active ? 'active' : this.#isQuarantined ? 'quarantined' : 'disabled',
      ...(this.error ? { error: this.#sentence(this.error) } : {}),
      hooks: [...new Set(taps.map(({ point }) => point.name))],
      ...this.#contributed(),
    };
  }

  #contributed(): Pick<PluginStatus, 'contributes' | 'provides' | 'injects'> {
    const { contributions, plugin } = this.version ?? {};
    if (!this.active || !contributions || !plugin) return {};
    const contributes = contributionNames
      .map((point) => [point, contributions.namesOf(point)] as const)
      .filter(([, names]) => names.length > 0);
    const provides = Object.values(plugin.provides ?? {}).map(tokenName);
    const injects = needsOf(plugin).map(({ token }) => tokenName(token));
    return {
      ...(contributes.length > 0 && { contributes: Object.fromEntries(contributes) }),
      ...(provides.length > 0 && { provides }),
      ...(injects.length > 0 && { injects }),
    };
  }

  #sentence({ message, hint }: PouchError): string {
    const what = this.active ? `serves the version of generation ${this.version?.generation}: ` : '';
    return hint === undefined ? `${what}${message}` : `${what}${message} (${hint})`;
  }
}
