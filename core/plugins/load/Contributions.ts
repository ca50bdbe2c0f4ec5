import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { Surface } from '../../../hooks/definePlugin.ts';
import type { Profile } from '../../../hooks/profile.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { attributedEffectKind, attributedRuntime, attributedSurface } from './attributed.ts';
import { brokenRule, callback, type FieldRules, object, optional, string } from './fieldRules.ts';
import { frozenCopy } from '../draft/frozenCopy.ts';
import type { RecordedTap } from '../tap.ts';

const effectKindRules: FieldRules = {
  kind: string,
  describe: callback,
  check: optional(callback),
  apply: callback,
  undo: callback,
};
const runtimeRules: FieldRules = {
  name: string,
  containerdType: string,
  capabilities: object,
  probe: callback,
  options: callback,
};
const profileRules: FieldRules = {
  name: {
    fits: (value) => typeof value === 'string' && /^[a-z0-9][a-z0-9_.-]{0,62}$/.test(value),
    form: 'at most 63 lower-case letters, digits, "_", "." or "-", the first a letter or digit',
  },
  parts: { fits: Array.isArray, form: 'a list' },
};
const surfaceRules: FieldRules = { name: string, start: callback, stop: callback };

/** What one plugin's setup has contributed. It takes effect once the whole plugin is valid. */
export class Contributions {
  readonly taps: RecordedTap[] = [];
  readonly effectKinds: OwnedEffectKind[] = [];
  readonly runtimes: RuntimeProvider[] = [];
  readonly profiles: Profile[] = [];
  readonly surfaces: Surface[] = [];
  readonly disposers: (() => void | Promise<void>)[] = [];
  /** Services by the names that `provides` gives them. */
  readonly provided = new Map<string, object>();
  readonly #plugin: string;
  readonly #isBuiltIn: boolean;
  readonly #provides: readonly string[];
  #sealed = false;

  /** @param provides names of the services that the plugin declares */
  constructor(
    plugin: string,
    { isBuiltIn, provides = [] }: { isBuiltIn: boolean; provides?: readonly string[] },
  ) {
    this.#plugin = plugin;
    this.#provides = provides;
    this.#isBuiltIn = isBuiltIn;
  }

  /** After it, the plugin's late calls fail: a generation never changes. */
  seal(): void {
    this.#sealed = true;
  }

  /** @throws PCH_PLUGIN_INVALID after the seal */
  requireOpen(what: string): void {
    if (!this.#sealed) return;
    throw new PouchError('PCH_PLUGIN_INVALID', `plugin ${this.#plugin} ${what} after its setup has ended`, {
      hint: 'do it before setup returns; an async setup is waited for',
      plugin: this.#plugin,
    });
  }

  addTap(tap: RecordedTap): void {
    this.requireOpen(`taps ${tap.point.name}`);
    this.taps.push(tap);
  }

  addEffectKind(kind: EffectKind): void {
    this.requireOpen('contributes an effect kind');
    this.#requireShape(kind, 'effect kind', effectKindRules);
    this.effectKinds.push(attributedEffectKind(kind, this.#plugin));
  }

  addRuntime(provider: RuntimeProvider): void {
    this.requireOpen('contributes a runtime');
    this.#requireShape(provider, 'runtime', runtimeRules);
    this.runtimes.push(attributedRuntime(provider, this.#plugin));
  }

  /** A copy: what the plugin does to its own later changes nothing. */
  addProfile(profile: Profile): void {
    this.requireOpen('contributes a profile');
    this.#requireShape(profile, 'profile', profileRules);
    this.profiles.push(frozenCopy(profile));
  }

  addSurface(surface: Surface): void {
    this.requireOpen('contributes a surface');
    this.#requireShape(surface, 'surface', surfaceRules);
    this.surfaces.push(attributedSurface(surface, this.#plugin, { isBuiltIn: this.#isBuiltIn }));
  }

  addDisposer(run: () => void | Promise<void>): void {
    this.requireOpen('registers onDispose');
    if (typeof run !== 'function') throw this.#invalid('must give onDispose a function');
    this.disposers.push(run);
  }

  provide(services: Readonly<Record<string, unknown>>): void {
    this.requireOpen('provides services');
    for (const [name, service] of Object.entries(services)) {
      if (!this.#provides.includes(name))
        throw this.#invalid(`provides \`${name}\`, which it does not declare`, declareIt(name));
      if (!object.fits(service)) throw this.#invalid(`must provide \`${name}\` as an object with methods`);
      this.provided.set(name, service as object);
    }
  }

  /** @throws PCH_PLUGIN_INVALID for a service that is declared and was not provided */
  requireProvided(): void {
    const missing = this.#provides.find((name) => !this.provided.has(name));
    if (missing === undefined) return;
    const hint = `call \`provide({ ${missing}: … })\` before setup ends`;
    throw this.#invalid(`declares the service \`${missing}\`, and its setup has not provided it`, hint);
  }

  #requireShape(value: unknown, what: string, rules: FieldRules): void {
    const problem = object.fits(value) ? brokenRule(value as object, rules) : 'it must be an object';
    if (problem !== undefined) throw this.#invalid(`contributes an invalid ${what}: ${problem}`);
  }

  #invalid(problem: string, hint?: string): PouchError {
    return new PouchError('PCH_PLUGIN_INVALID', `plugin ${this.#plugin} ${problem}`, {
      plugin: this.#plugin,
      ...(hint !== undefined && { hint }),
    });
  }
}

function declareIt(name: string): string {
  return `add \`provides: { ${name}: … }\` with its token to the plugin`;
}
