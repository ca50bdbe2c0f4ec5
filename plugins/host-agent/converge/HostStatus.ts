/** The state of the host and of its declared objects, as `pouch status` has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentMissing, AgentObjectStatus, AgentStatus, AgentUp } from '../../../client/wire.ts';
import type { AppliedFile } from '../../../hooks/appliedFile.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import type { Generations } from '../history/Generations.ts';
import type { InForce } from '../history/InForce.ts';
import { allChanges, keyOf, type Step } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import type { Failures } from './Failures.ts';
import type { ImageRefresher } from './ImageRefresher.ts';
import { hasJustStarted, notUp, type NotUp } from './notUp.ts';
import type { Pausing } from './Pausing.ts';
import type { Planner } from './Planner.ts';

export interface HostStatusOptions extends Pick<AgentContext, 'config' | 'containers' | 'now' | 'signal'> {
  readonly inForce: InForce;
  readonly generations: Generations;
  /** The file whose declarations are in force in the place of those of the host's files. */
  readonly applied?: AppliedFile | undefined;
  readonly planner: Planner;
  readonly failures: Failures;
  readonly refresher: ImageRefresher;
  readonly pausing: Pausing;
  /** Of converges. */
  progress(): Pick<AgentStatus, 'Busy' | 'ConvergedAt'>;
}

/** The declared objects that are not up. */
export interface Up extends AgentUp {
  /** Others than those that are held. */
  readonly hasFailed: boolean;
}

interface Missing extends AgentMissing {
  readonly State: AgentObjectStatus['State'];
  /** It does not come up by itself. */
  readonly isFinal: boolean;
}

/** Between two looks at what is not up yet. */
const lookEveryMs = 250;

export class HostStatus {
  readonly #options: HostStatusOptions;

  constructor(options: HostStatusOptions) {
    this.#options = options;
  }

  async read(): Promise<AgentStatus> {
    const { declared } = this.#options.inForce;
    const different = await this.#different();
    const keys = new Set(different.map(({ Kind, Name }) => `${Kind}/${Name}`));
    const all = objectsOf(declared);
    const asDeclared = all
      .filter((one) => !keys.has(keyOf(one)))
      .map(({ kind, name, origin }) => ({
        Kind: kind,
        Name: name,
        ...(origin !== undefined && { Origin: origin }),
        ...this.#stateOf(kind, name),
      }));
    return {
      Declared: all.length + declared.broken.length,
      Ok: asDeclared.filter(({ State }) => State === 'ok').length,
      Objects: [...different, ...asDeclared],
      ...this.#ofHost(),
    };
  }

  /**
   * Resolves to the declared objects that are not as declared, or not up: once none is left, or none that could come up
   * by itself, and at the latest after the given time. A container that has just started may still end at once.
   */
  async untilUp({ forMs, signal }: { forMs: number; signal: AbortSignal }): Promise<Up> {
    const end = performance.now() + forMs;
    for (;;) {
      const { Declared, missing } = await this.#missing();
      const isOver = missing.every(({ isFinal }) => isFinal) && !this.#options.progress().Busy;
      if (isOver || performance.now() >= end || signal.aborted || this.#options.signal.aborted)
        return {
          Declared,
          Missing: missing.map(({ Kind, Name, Why }) => ({ Kind, Name, Why })),
          hasFailed: missing.some(({ State }) => State !== 'held'),
        };
      await sleep(lookEveryMs);
    }
  }

  /** Objects that the host does not have as they are declared. */
  async #different(): Promise<AgentObjectStatus[]> {
    const { planner, refresher, inForce } = this.#options;
    const plan = await planner.plan();
    const planned = [
      ...plan.problems.map(({ kind, name, problem }): AgentObjectStatus => ({
        Kind: kind,
        Name: name,
        State: 'broken',
        Why: problem,
      })),
      ...plan.steps.map((step) => this.#statusOf(step)),
    ];
    const stale = [...refresher.problems].filter(
      ([reference]) => !planned.some(({ Kind, Name }) => Kind === 'image' && Name === reference),
    );
    return [...planned, ...stale.map((one) => staleStatus(one, inForce.declared))];
  }

  #ofHost(): Omit<AgentStatus, 'Declared' | 'Ok' | 'Objects'> {
    const { generations, inForce, config, applied, pausing, progress } = this.#options;
    const { pin, lost, isHeld } = inForce;
    const paused = pausing.current;
    const problem = config.problemOfFiles();
    return {
      ...progress(),
      Generation: generations.last,
      ...(lost && { Lost: shownLost(inForce) }),
      ...(pin && !isHeld && { Pinned: { Generation: pin.number, Since: pin.since } }),
      ...(paused && { Paused: { Since: paused.since, By: paused.by } }),
      ...(applied && { Applied: shownFile(applied) }),
      ...(problem !== undefined && { FileProblem: problem }),
    };
  }

  async #missing(): Promise<{ Declared: number; missing: Missing[] }> {
    const { Declared, Objects } = await this.read();
    const missing = Objects.flatMap((one): Missing[] => {
      const { Kind, Name, State, Why = State } = one;
      if (State !== 'ok') return [{ Kind, Name, State, Why, isFinal: this.#staysDown(one) }];
      if (Kind !== 'container' || !this.#hasJustStarted(Name)) return [];
      return [{ Kind, Name, State: 'pending', Why: 'it has just started', isFinal: false }];
    });
    return { Declared, missing };
  }

  #hasJustStarted(name: string): boolean {
    const { containers, now } = this.#options;
    return hasJustStarted(containers.inspect(name), Date.parse(now()));
  }

  /** Whether an object that is not as it should be cannot get there by itself. */
  #staysDown({ Kind, Name, State }: AgentObjectStatus): boolean {
    if (State === 'broken' || State === 'held') return true;
    if (this.#options.failures.isFinal(`${Kind}/${Name}`)) return true;
    return State === 'degraded' && Kind === 'container' && this.#notUp(Name)?.isFinal === true;
  }

  #stateOf(kind: AgentObjectStatus['Kind'], name: string): Pick<AgentObjectStatus, 'State' | 'Why'> {
    const reason = kind === 'container' ? this.#notUp(name) : undefined;
    return reason ? { State: reason.state, Why: reason.why } : { State: 'ok' };
  }

  #notUp(name: string): NotUp | undefined {
    const { inForce, containers } = this.#options;
    // Its schedule starts it.
    if (inForce.declared.containers.get(name)?.schedule !== undefined) return undefined;
    return notUp(containers.inspect(name));
  }

  #statusOf(step: Step): AgentObjectStatus {
    const { kind: Kind, name: Name, held, declared } = step;
    const failure = this.#options.failures.whyOf(step);
    const fields = allChanges(step)
      .map(({ Field }) => Field)
      .join(', ');
    const Why = held ?? failure ?? `${step.action}${fields && `: ${fields}`}`;
    const State = stateOf(step, failure !== undefined);
    return { Kind, Name, State, Why, ...(declared?.origin !== undefined && { Origin: declared.origin }) };
  }
}

function objectsOf({ networks, volumes, images, containers }: DeclaredHost) {
  return [
    ...[...networks.values()].map((one) => ({ kind: 'network', ...one }) as const),
    ...[...volumes.values()].map((one) => ({ kind: 'volume', ...one }) as const),
    ...[...images.values()].map((one) => ({ kind: 'image', ...one }) as const),
    ...[...containers.values()].map((one) => ({ kind: 'container', ...one }) as const),
  ];
}

function stateOf({ held, isDrift = false, changes }: Step, hasFailed: boolean): AgentObjectStatus['State'] {
  if (held !== undefined) return 'held';
  if (hasFailed) return 'failed';
  if (!isDrift) return 'pending';
  return changes.length > 0 ? 'drifted' : 'stopped';
}

function shownLost({ lost, pin }: InForce): NonNullable<AgentStatus['Lost']> {
  const { file: File, found: Found, isDamaged: Damaged } = lost!;
  return { File, Found, Damaged, ...(pin && { Generation: pin.number }) };
}

function shownFile({ file: { name, host }, by, at }: AppliedFile): NonNullable<AgentStatus['Applied']> {
  return { File: name, ...(host !== undefined && { Host: host }), Since: at, By: by };
}

function staleStatus([Name, why]: [string, string], { images }: DeclaredHost): AgentObjectStatus {
  const { origin } = images.get(Name) ?? {};
  const Why = `not refreshed, the image that the host has is used: ${why}`;
  return { Kind: 'image', Name, State: 'failed', Why, ...(origin !== undefined && { Origin: origin }) };
}
