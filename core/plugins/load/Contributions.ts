import {
  type ContributionName,
  type ContributionPoint,
  contributionPoints,
  type ContributionTypes,
} from '../../../hooks/contributions/index.ts';
import { type MetricDeclaration, mostOfPlugin } from '../../../hooks/contributions/metric.ts';
import { mostServiceMs } from '../../../hooks/processProtocol.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Profile } from '../../../hooks/profile.ts';
import type { OwnedRuntime } from '../../contract/ownedRuntime.ts';
import type { ProgramRights } from '../runtimes/runtimeOfProgram.ts';
import type { Surface } from '../../../hooks/contributions/surface.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { type Room, Series } from '../../metrics/Series.ts';
import type { RecordedTap } from '../tap.ts';
import { attributed } from './attributed.ts';
import { brokenRule, object, rulesOf } from './fieldRules.ts';

/** A contribution as the core uses it: its errors name its plugin. */
export interface Contributed extends Omit<ContributionTypes, 'effect' | 'runtime'> {
  effect: OwnedEffectKind;
  runtime: OwnedRuntime;
}

export interface ContributionsOptions {
  readonly isBuiltIn: boolean;
  /** Names of the services that the plugin declares. */
  readonly provides?: readonly string[] | undefined;
  /** The plugin's. */
  readonly log?: Logger | undefined;
  /** Where it may contribute; missing: everywhere. */
  readonly contributes?: readonly ContributionName[] | undefined;
  /** For its runtimes; missing where none is started. */
  readonly programs?: ProgramRights | undefined;
}

/** By service and method. */
type Deadlines = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Options {
  readonly deadlinesMs?: Deadlines;
}

/** What one plugin's setup has contributed. It takes effect once the whole plugin is valid. */
export class Contributions {
  readonly taps: RecordedTap[] = [];
  readonly metrics: Series[] = [];
  readonly disposers: (() => void | Promise<void>)[] = [];
  /** Services by the names that `provides` gives them. */
  readonly provided = new Map<string, object>();
  /** Milliseconds of methods of services, by the names of both. */
  deadlinesMs: Deadlines = {};
  readonly #plugin: string;
  readonly #options: ContributionsOptions;
  readonly #contributed = new Map<ContributionName, unknown[]>();
  readonly #room: Room = { left: mostOfPlugin };
  #sealed = false;

  constructor(plugin: string, options: ContributionsOptions) {
    this.#plugin = plugin;
    this.#options = options;
  }

  get effectKinds(): readonly OwnedEffectKind[] {
    return this.of('effect');
  }

  get runtimes(): readonly OwnedRuntime[] {
    return this.of('runtime');
  }

  get profiles(): readonly Profile[] {
    return this.of('profile');
  }

  get surfaces(): readonly Surface[] {
    return this.of('surface');
  }

  /** Its contributions at a point. */
  of<Name extends ContributionName>(name: Name): readonly Contributed[Name][] {
    return (this.#contributed.get(name) ?? []) as Contributed[Name][];
  }

  /** Their names at a point, which no other plugin may contribute. */
  namesOf<Name extends ContributionName>(name: Name): string[] {
    return this.of(name).flatMap((value) => {
      const point = contributionPoints[name] as ContributionPoint<unknown>;
      return point.names(value, this.#plugin);
    });
  }

  /** After it, the plugin's late calls fail: a generation never changes. */
  seal(): void {
    this.#sealed = true;
  }

  /** @throws PCH_PLUGIN_INVALID after the seal */
  requireOpen(what: string): void {
    if (!this.#sealed) return;
    throw this.#invalid(
      `${what} after its setup has ended`,
      'do it before setup returns; an async setup is waited for',
    );
  }

  addTap(tap: RecordedTap): void {
    this.requireOpen(`taps ${tap.point.name}`);
    this.taps.push(tap);
  }

  /** @throws PCH_PLUGIN_INVALID for one that does not fit its point */
  add<Name extends ContributionName>(name: Name, value: ContributionTypes[Name]): void {
    const point = contributionPoints[name] as ContributionPoint<unknown>;
    const what = `contributes ${/^[aeiou]/.test(point.noun) ? 'an' : 'a'} ${point.noun}`;
    this.requireOpen(what);
    const { contributes, isBuiltIn, programs = { state: '' } } = this.#options;
    if (contributes && !contributes.includes(name))
      throw this.#invalid(
        `${what}, and its \`contributes\` does not list ${name}`,
        `add '${name}' to \`contributes\``,
      );
    if (this.of(name).length >= (point.most ?? Infinity))
      throw this.#invalid(`${what}, and has ${point.most} already, the most of one plugin`);
    const problem = object.fits(value)
      ? (brokenRule(value, rulesOf(point.fields)) ?? point.problem?.(value))
      : 'it must be an object';
    if (problem !== undefined) throw this.#invalid(`contributes an invalid ${point.noun}: ${problem}`);
    const owned = attributed[name](value, this.#plugin, { isBuiltIn, programs });
    this.#contributed.set(name, [...(this.#contributed.get(name) ?? []), owned]);
  }

  declareMetric(declaration: MetricDeclaration): Series {
    this.add('metric', declaration);
    const [name = ''] = contributionPoints.metric.names(declaration, this.#plugin);
    const { doc, type, labels = [] } = declaration;
    const onFull = () =>
      this.#options.log?.warn('a metric has too many label values; new ones are dropped', { metric: name });
    const series = new Series({ name, doc, type, labels: [...labels] }, { onFull, room: this.#room });
    this.metrics.push(series);
    return series;
  }

  addDisposer(run: () => void | Promise<void>): void {
    this.requireOpen('registers onDispose');
    if (typeof run !== 'function') throw this.#invalid('must give onDispose a function');
    this.disposers.push(run);
  }

  provide(services: Readonly<Record<string, unknown>>, { deadlinesMs = {} }: Options = {}): void {
    this.requireOpen('provides services');
    for (const [name, service] of Object.entries(services)) {
      if (!this.#options.provides?.includes(name))
        throw this.#invalid(`provides \`${name}\`, which it does not declare`, declareIt(name));
      if (!object.fits(service)) throw this.#invalid(`must provide \`${name}\` as an object with methods`);
      this.provided.set(name, service as object);
    }
    for (const [name, deadlines] of Object.entries(deadlinesMs)) this.#checkDeadlines(name, deadlines);
    this.deadlinesMs = { ...this.deadlinesMs, ...deadlinesMs };
  }

  #checkDeadlines(name: string, deadlines: Deadlines[string]): void {
    const service = this.provided.get(name) as Record<string, unknown> | undefined;
    for (const [method, ms] of Object.entries(deadlines)) {
      if (typeof service?.[method] !== 'function')
        throw this.#invalid(`gives a deadline to ${name}.${method}, which it does not provide`);
      if (!Number.isInteger(ms) || ms < 1 || ms > mostServiceMs)
        throw this.#invalid(
          `gives ${name}.${method} the deadline ${String(ms)}, expected 1 to ${mostServiceMs} milliseconds`,
        );
    }
  }

  /** @throws PCH_PLUGIN_INVALID for a service that is declared and was not provided */
  requireProvided(): void {
    const missing = this.#options.provides?.find((name) => !this.provided.has(name));
    if (missing === undefined) return;
    const hint = `call \`provide({ ${missing}: … })\` before setup ends`;
    throw this.#invalid(`declares the service \`${missing}\`, and its setup has not provided it`, hint);
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
