/** Holds the host as it is declared: plans, and does what the plan says, one converge at a time. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AgentDeclarations,
  AgentForeign,
  AgentDrift,
  AgentMessage,
  AgentMissing,
  AgentObjectStatus,
  AgentOutcome,
  AgentPlan,
  AgentProgress,
  AgentStatus,
  AgentUp,
} from '../../../client/wire.ts';
import type { AppliedFile, DeclarationFile } from '../../../hooks/appliedFile.ts';
import {
  type Clock,
  type Events,
  hasCode,
  type ImageRemoval,
  messageOf,
  PouchError,
  type Profile,
} from '../../../hooks/index.ts';
import { readProfiles, usableProfiles } from '../../../translate/profiles/readProfiles.ts';
import { declarationsOf, take } from '../adopt/adopt.ts';
import { convert } from '../adopt/convert.ts';
import type { DeclaredHost, DeclaredImage } from '../declare/declared.ts';
import { digestOf } from '../declare/digestOf.ts';
import { readHost } from '../declare/readHost.ts';
import type { Generation, Generations } from '../history/Generations.ts';
import type { InForce } from '../history/InForce.ts';
import type { Pause, PauseFile } from '../history/PauseFile.ts';
import { planHost, shownPlan } from '../plan/planHost.ts';
import { allChanges, type HostPlan, type Step } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { driftOf } from './driftOf.ts';
import { ImageRefresher } from './ImageRefresher.ts';
import { notUp, type NotUp } from './notUp.ts';
import { pauseMs } from './pause.ts';
import { idOf, readState } from './readState.ts';
import { runPlan } from './runPlan.ts';
import { Schedules } from './Schedules.ts';

export interface AgentOptions extends Omit<AgentContext, 'signal'> {
  readonly clock: Pick<Clock, 'now'>;
  readonly inForce: InForce;
  readonly generations: Generations;
  readonly pauses: PauseFile;
  /** In force when the agent starts. */
  readonly paused?: Pause | undefined;
  /** The file whose declarations are in force in the place of those of the host's files. */
  readonly applied?: AppliedFile | undefined;
  /** pouchd's root: one agent at a time works on it. */
  readonly root: string;
  /** Called after each converge. */
  onConverged?(status: AgentStatus): void;
}

export interface ApplyOptions {
  /** Who or what has asked for it, for the history. */
  readonly cause: string;
  /** Undo changes made by hand, and retry what has failed. Missing: only what the files have changed. */
  readonly isWhole?: boolean;
  readonly mayRemoveMany?: boolean;
  /** The files are in force again, whatever the host was rolled back to. */
  readonly endsPin?: boolean;
  /** If an object fails, the host is rolled back to the last generation without failures. */
  readonly rollsBack?: boolean;
  onMessage?(message: AgentMessage): void;
}

export interface RollbackOptions extends Pick<ApplyOptions, 'cause' | 'onMessage'> {
  readonly generation: Generation;
}

interface PlanOptions {
  mayRemoveMany?: boolean;
  declared?: DeclaredHost;
  /** In place of those of pouchd.yaml that are in force. */
  profiles?: readonly Profile[];
}

interface Missing extends AgentMissing {
  /** It does not come up by itself. */
  readonly isFinal: boolean;
}

interface Failure {
  readonly count: number;
  /** Of `performance.now()`; not tried again on its own before. */
  readonly until: number;
  readonly why: string;
  /** What was to be changed: something else is due at once. */
  readonly changes: string;
  /** It waits for its image, whose next pull is when it is tried again. */
  readonly isWithoutImage: boolean;
}

/** Several causes in a row are one converge. */
const quietMs = 200;
/** Of converges that only try again what has failed. */
const retryCause = 'retry';
const shortestPauseMs = pauseMs(1);
/** Between two looks at what is not up yet. */
const lookEveryMs = 250;

/**
 * Runs work outside of the operation that asks for it: that one keeps the plugins and profiles with which it has begun,
 * and the work needs those that its own reload has loaded.
 */
const outside = AsyncLocalStorage.snapshot();

/** Converges follow one another, also those of a plugin that a reload has loaded again. */
const turns = new Map<string, Promise<unknown>>();

export class Agent {
  readonly #options: AgentOptions & AgentContext;
  readonly #ending = new AbortController();
  readonly #failures = new Map<string, Failure>();
  readonly #refresher: ImageRefresher;
  #convergedAt: string | undefined;
  #isHolding = false;
  readonly #first: Promise<void>;
  #endFirst: () => void = () => undefined;
  #report: (status: string) => void = () => undefined;
  #busy = false;
  #paused: Pause | undefined;
  #retry: AbortController | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: AgentOptions) {
    this.#options = { ...options, signal: this.#ending.signal };
    this.#first = new Promise((resolve) => (this.#endFirst = resolve));
    // Nothing is tried on a paused host: its pouchd is ready at once.
    if (options.paused) this.#endFirst();
    this.#refresher = new ImageRefresher(this.#options, options.clock);
    this.#paused = options.paused;
  }

  get declared(): DeclaredHost {
    return this.#options.inForce.declared;
  }

  /** Something of the last plan waits, such as for the end of a container. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Begins the times at which declared containers are started and images are refreshed. Returns what ends them. */
  startSchedules(): () => void {
    const { containers, images } = this.declared;
    const schedules = new Schedules(this.#options, this.#options.clock, containers.values());
    schedules.start();
    this.#refresher.start(images.values());
    return () => {
      schedules.stop();
      this.#refresher.stop();
    };
  }

  /** The declaration that protects an image, or a name of it, from a removal. */
  async keeperOf({ references, deletes, image }: ImageRemoval): Promise<DeclaredImage | undefined> {
    const kept = [...this.declared.images.values()].filter(({ keep }) => keep);
    for (const one of kept) {
      const isGoing = deletes || references.some((name) => isNamed(name, one.name));
      if (isGoing && (await idOf(this.#options.images, one.name)) === image.id) return one;
    }
    return undefined;
  }

  /**
   * @param mayRemoveMany missing: only of a generation, which is whole
   * @param declared what is compared; missing: what is in force
   */
  async plan({
    mayRemoveMany = false,
    declared = this.declared,
    profiles,
  }: PlanOptions = {}): Promise<HostPlan> {
    const { containers, config, key, inForce, generations } = this.#options;
    const isInForce = declared === inForce.declared;
    if (isInForce && inForce.isUnknown) return { steps: [], problems: [] };
    const state = await readState(this.#options, declared);
    return planHost(declared, state, {
      complete: (request) => containers.complete(request, profiles && { profiles }),
      isSecretName: (name) => config.isSecretName(name),
      isSecretText: (text) => config.isSecretText(text),
      key,
      mayRemoveMany: mayRemoveMany || (isInForce && inForce.isRolledBack),
      before: (await generations.newest())?.sections,
      keeps: isInForce && inForce.isHeld ? keptWhileLost : undefined,
    });
  }

  /** What was changed by hand. */
  async drift(events: Events): Promise<AgentDrift[]> {
    const { generations, now } = this.#options;
    const plan = await this.plan();
    return await driftOf(plan, { events, generations: await generations.list(), now: new Date(now()) });
  }

  /** The plan to what a generation declares. */
  async planOfGeneration(generation: Generation): Promise<AgentPlan> {
    const declared = this.#options.inForce.declaredBy(generation);
    return shownPlan(await this.plan({ mayRemoveMany: true, declared }));
  }

  /** @returns the newest generation that declares something else than what is in force */
  async previous(): Promise<Generation> {
    const { generations, inForce } = this.#options;
    const current = inForce.digestOf(inForce.sections);
    const found = (await generations.list()).find(({ sections }) => inForce.digestOf(sections) !== current);
    if (found) return found;
    throw new PouchError(
      'PCH_AGENT_GENERATION_NOT_FOUND',
      'expected an earlier generation that declares something else, found none',
      { hint: '`pouch history` lists those that are kept' },
    );
  }

  /** Declarations of containers that were made by hand. @throws PCH_CONTAINER_NOT_FOUND */
  declarationsOf(refs: readonly string[]): Promise<AgentDeclarations> {
    return declarationsOf(this.#options, refs);
  }

  /** Declarations of containers of another engine. */
  convert(foreign: AgentForeign): AgentDeclarations {
    const { containers, config } = this.#options;
    return convert(foreign, {
      complete: (request) => containers.complete(request),
      isSecretName: (name) => config.isSecretName(name),
    });
  }

  /** Makes containers those of their declarations. @throws PCH_CONTAINER_NOT_FOUND, PCH_CONFIG_INVALID */
  async take(refs: readonly string[]): Promise<void> {
    await take(this.#options, this.declared, refs);
  }

  /**
   * The plan to what the files declare now, in force or not.
   * @param applied the file whose declarations take the place of theirs, null for none; missing: that of the host
   * @throws PCH_CONFIG_INVALID
   */
  async planOfFiles({
    mayRemoveMany = false,
    applied,
  }: {
    mayRemoveMany?: boolean;
    applied?: DeclarationFile | null | undefined;
  }): Promise<AgentPlan> {
    const { declared, profiles, digest } = await this.#readAgain(applied);
    const plan = shownPlan(await this.plan({ mayRemoveMany, declared, profiles }));
    const isApplied = applied === undefined || (await this.#isInForce(digest));
    return isApplied ? plan : { ...plan, Unapplied: true };
  }

  /** What was applied may be lost meanwhile. */
  async #isInForce(digest: string): Promise<boolean> {
    try {
      return (await this.#readAgain(undefined)).digest === digest;
    } catch (error) {
      if (hasCode(error, 'PCH_CONFIG_UNREADABLE')) return false;
      throw error;
    }
  }

  /** @throws PCH_CONFIG_INVALID with the mistakes of a file that is to be applied */
  async check(file: DeclarationFile): Promise<void> {
    const { declared } = await this.#readAgain(file);
    if (declared.broken.length === 0) return;
    throw new PouchError('PCH_CONFIG_INVALID', declared.broken.map(({ problem }) => problem).join('\n'), {
      hint: 'docs/guides/host-agent.md has the options; nothing was changed',
    });
  }

  async #readAgain(
    applied: DeclarationFile | null | undefined,
  ): Promise<{ declared: DeclaredHost; profiles: Profile[]; digest: string }> {
    const { config, key } = this.#options;
    const { sections, lines } = await config.readAgain(applied);
    const { networks = {}, volumes = {}, images = {}, containers = {}, profiles = {} } = sections;
    const locate = (pointer: string) => lines[pointer];
    const declared = readHost({ networks, volumes, images, containers }, locate, key, (text) =>
      config.isSecretText(text),
    );
    const ofFiles = usableProfiles(readProfiles({ profiles }, locate));
    return { declared, profiles: ofFiles, digest: digestOf(sections, key) };
  }

  /** Nothing is changed from now on, also by the next pouchd; a step under way is completed. */
  async pause(by: string): Promise<void> {
    const { pauses, now, log } = this.#options;
    const pause: Pause = this.#paused ?? { version: 1, by, since: now() };
    await pauses.write(pause);
    this.#paused = pause;
    clearTimeout(this.#soon);
    this.#retry?.abort();
    if (!this.#busy) this.#endFirst();
    log.info('the host is paused', { by });
  }

  /** What is due waits for the next apply. */
  async resume(): Promise<void> {
    await this.#options.pauses.remove();
    this.#paused = undefined;
  }

  /** @throws PCH_AGENT_PAUSED */
  requireUnpaused(): void {
    if (!this.#paused) return;
    const { by, since } = this.#paused;
    throw new PouchError('PCH_AGENT_PAUSED', `the host is paused by ${by} since ${since}`, {
      hint: 'its status shows what is due; `pouch apply` has an option that resumes it',
    });
  }

  /** For what needs the declarations of the files. @throws PCH_AGENT_APPLIED_LOST */
  requireApplied(): void {
    const { lost } = this.#options.inForce;
    if (!lost) return;
    const problem = `${lost.file}: expected the file that was applied, found ${lost.found}`;
    throw new PouchError('PCH_AGENT_APPLIED_LOST', problem, {
      hint: 'apply the file again; `pouch apply` has an option that returns to the declarations of the host',
    });
  }

  /** Converges after the one that is under way. Resolves to what was done; failures of objects are in it. */
  async apply(options: ApplyOptions): Promise<AgentOutcome> {
    return await this.#inTurn(async () => {
      this.requireUnpaused();
      if (options.endsPin) {
        this.requireApplied();
        await this.#options.inForce.unpin();
      }
      const { outcome, hasFailed } = await this.#converge(options);
      return options.rollsBack && hasFailed && !this.#paused
        ? await this.#rollBackTo(undefined, options)
        : outcome;
    });
  }

  /** Applies what a generation declares, and pins the host to it: killed meanwhile, the next pouchd continues. */
  async rollback({ generation, ...options }: RollbackOptions): Promise<AgentOutcome> {
    return await this.#inTurn(() => {
      this.requireUnpaused();
      return this.#rollBackTo(generation, options);
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { root } = this.#options;
    clearTimeout(this.#soon);
    const turn = (turns.get(root) ?? Promise.resolve()).then(() => outside(work));
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    turns.set(root, ended);
    return await turn;
  }

  /** @param generation missing: the last one without failures */
  async #rollBackTo(
    generation: Generation | undefined,
    { cause, onMessage }: Pick<ApplyOptions, 'cause' | 'onMessage'>,
  ): Promise<AgentOutcome> {
    const { inForce, log } = this.#options;
    const target = generation ?? (await this.#lastGood());
    onMessage?.({ rollback: target ? { Generation: target.number } : {} });
    if (!target) return { Done: 0, Failed: 0, Left: 0 };
    await inForce.pinTo(target);
    log.info('the host is pinned to a generation', { generation: target.number, cause });
    const { outcome } = await this.#converge({
      cause: `rollback to generation ${target.number}: ${cause}`,
      isWhole: true,
      ...(onMessage && { onMessage }),
    });
    return outcome;
  }

  /** Undefined if it declares what has just failed. */
  async #lastGood(): Promise<Generation | undefined> {
    const { generations, inForce } = this.#options;
    const good = (await generations.list()).find(
      ({ failed, plan }) => failed === 0 && plan.Problems.length === 0,
    );
    return good && inForce.digestOf(good.sections) !== inForce.digestOf(inForce.sections) ? good : undefined;
  }

  /**
   * Converges on its own account, shortly after the last call of several; failures are logged and tried again. An apply
   * in the meantime takes its place.
   */
  converge(cause: string): void {
    if (this.#ending.signal.aborted || this.#paused) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      this.apply({ cause }).catch((error: unknown) => {
        this.#options.log.error('a converge of the host failed', { error: messageOf(error) });
      });
    }, quietMs).unref();
  }

  /** Resolves once the step under way has ended. */
  async end(): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#soon);
    this.#retry?.abort();
    this.#refresher.stop();
    this.#endFirst();
    await (turns.get(this.#options.root) ?? Promise.resolve());
  }

  /** Resolves once each declared object was tried, or the agent ends. @param report takes what is under way */
  async settled(report: (status: string) => void): Promise<void> {
    this.#report = report;
    await this.#first;
    this.#report = () => undefined;
  }

  async status(): Promise<AgentStatus> {
    const { generations, inForce, config, applied } = this.#options;
    const { declared } = inForce;
    const plan = await this.plan();
    const objects = [
      ...plan.problems.map(({ kind, name, problem }): AgentObjectStatus => ({
        Kind: kind,
        Name: name,
        State: 'broken',
        Why: problem,
      })),
      ...plan.steps.map((step) => this.#statusOf(step)),
    ];
    const stale = [...this.#refresher.problems].filter(
      ([reference]) => !objects.some(({ Kind, Name }) => Kind === 'image' && Name === reference),
    );
    objects.push(...stale.map((one) => staleStatus(one, declared)));
    const inPlan = new Set(objects.map(({ Kind, Name }) => `${Kind}/${Name}`));
    const all = [
      ...[...declared.networks.values()].map((one) => ({ kind: 'network', ...one }) as const),
      ...[...declared.volumes.values()].map((one) => ({ kind: 'volume', ...one }) as const),
      ...[...declared.images.values()].map((one) => ({ kind: 'image', ...one }) as const),
      ...[...declared.containers.values()].map((one) => ({ kind: 'container', ...one }) as const),
    ];
    const asDeclared = all
      .filter(({ kind, name }) => !inPlan.has(`${kind}/${name}`))
      .map(({ kind, name, origin }) => ({
        Kind: kind,
        Name: name,
        ...(origin !== undefined && { Origin: origin }),
        ...this.#stateOf(kind, name),
      }));
    const problem = config.problemOfFiles();
    return {
      Declared: all.length + declared.broken.length,
      Ok: asDeclared.filter(({ State }) => State === 'ok').length,
      Objects: [...objects, ...asDeclared],
      ...(this.#convergedAt !== undefined && { ConvergedAt: this.#convergedAt }),
      Busy: this.#busy,
      Generation: generations.last,
      ...(inForce.lost && { Lost: shownLost(inForce) }),
      ...(inForce.pin &&
        !inForce.isHeld && { Pinned: { Generation: inForce.pin.number, Since: inForce.pin.since } }),
      ...(this.#paused && { Paused: { Since: this.#paused.since, By: this.#paused.by } }),
      ...(applied && { Applied: shownFile(applied) }),
      ...(problem !== undefined && { FileProblem: problem }),
    };
  }

  /**
   * Resolves to the declared objects that are not as declared, or not up: once none is left, or none that could come up
   * by itself, and at the latest after the given time.
   */
  async untilUp({ forMs, signal }: { forMs: number; signal: AbortSignal }): Promise<AgentUp> {
    const end = performance.now() + forMs;
    for (;;) {
      const { Declared, missing } = await this.#missing();
      const isOver = missing.every(({ isFinal }) => isFinal) && !this.#busy;
      if (isOver || performance.now() >= end || signal.aborted || this.#ending.signal.aborted)
        return { Declared, Missing: missing.map(({ isFinal: _isFinal, ...one }) => one) };
      await sleep(lookEveryMs);
    }
  }

  async #missing(): Promise<{ Declared: number; missing: Missing[] }> {
    const { Declared, Objects } = await this.status();
    const missing = Objects.filter(({ State }) => State !== 'ok').map((one): Missing => {
      const { Kind, Name, State, Why = State } = one;
      return { Kind, Name, Why, isFinal: this.#staysDown(one) };
    });
    return { Declared, missing };
  }

  /** Whether an object that is not as it should be cannot get there by itself. */
  #staysDown({ Kind, Name, State }: AgentObjectStatus): boolean {
    if (State === 'broken' || State === 'held') return true;
    if (this.#failures.get(`${Kind}/${Name}`)?.until === Infinity) return true;
    return State === 'degraded' && Kind === 'container' && this.#notUp(Name)?.isFinal === true;
  }

  #stateOf(kind: AgentObjectStatus['Kind'], name: string): Pick<AgentObjectStatus, 'State' | 'Why'> {
    const reason = kind === 'container' ? this.#notUp(name) : undefined;
    return reason ? { State: reason.state, Why: reason.why } : { State: 'ok' };
  }

  #notUp(name: string): NotUp | undefined {
    // Its schedule starts it.
    if (this.declared.containers.get(name)?.schedule !== undefined) return undefined;
    return notUp(this.#options.containers.inspect(name));
  }

  async #reportStatus(): Promise<void> {
    const { onConverged, log } = this.#options;
    try {
      if (onConverged) onConverged(await this.status());
    } catch (error) {
      log.warn('the state of the declared objects is not known', { error: messageOf(error) });
    }
  }

  #statusOf(step: Step): AgentObjectStatus {
    const { kind: Kind, name: Name, held, declared } = step;
    const failure = this.#failures.get(keyOf(step));
    const fields = allChanges(step)
      .map(({ Field }) => Field)
      .join(', ');
    const State = held
      ? 'held'
      : failure
        ? 'failed'
        : step.isDrift
          ? step.changes.length > 0
            ? 'drifted'
            : 'stopped'
          : 'pending';
    const Why = held ?? failure?.why ?? `${step.action}${fields && `: ${fields}`}`;
    return { Kind, Name, State, Why, ...(declared?.origin !== undefined && { Origin: declared.origin }) };
  }

  async #converge({
    cause,
    isWhole = false,
    mayRemoveMany = false,
    onMessage,
  }: ApplyOptions): Promise<{ outcome: AgentOutcome; hasFailed: boolean }> {
    if (isWhole) this.#failures.clear();
    this.#busy = true;
    try {
      await this.#noteDeclaredImages();
      if (isWhole) await this.#refreshImages();
      const plan = await this.plan({ mayRemoveMany });
      this.#isHolding = plan.steps.some(({ held }) => held !== undefined);
      onMessage?.({ plan: shownPlan(plan) });
      const due = isWhole ? plan : { ...plan, steps: plan.steps.filter((step) => this.#isDue(step)) };
      // In force since the load, also of what waits: the next plan has it behind it.
      const isNew = plan.steps.some(({ policy = [] }) => policy.length > 0);
      const outcome = await this.#run(due, { cause, isNew, ...(onMessage && { onMessage }) });
      onMessage?.({ outcome });
      return { outcome, hasFailed: outcome.Failed + plan.problems.length > 0 };
    } finally {
      this.#busy = false;
      this.#convergedAt = this.#options.now();
      void this.#reportStatus();
      this.#endFirst();
      this.#retryLater();
    }
  }

  /** Pulls the images of containers with `pull: always`. */
  async #refreshImages(): Promise<void> {
    const wanted = [...this.declared.containers.values()].filter(({ pull }) => pull === 'always');
    await this.#refresher.refresh(wanted.map(({ request }) => request.image));
  }

  /** A full disk does not keep the host from what is declared. */
  async #noteDeclaredImages(): Promise<void> {
    const { book, log, inForce } = this.#options;
    if (inForce.isUnknown) return;
    await book.declare(this.declared.images).catch((error: unknown) => {
      log.warn('the file about images of the host agent was not written', { error: messageOf(error) });
    });
  }

  /** @param isNew a generation is recorded, also without a step */
  async #run(
    plan: HostPlan,
    { cause, isNew, onMessage }: Pick<ApplyOptions, 'cause' | 'onMessage'> & { isNew: boolean },
  ): Promise<AgentOutcome> {
    const { inForce, generations, log, now } = this.#options;
    const { sections, files } = inForce;
    const doable = plan.steps.filter(({ held }) => held === undefined);
    if (doable.length === 0 && !isNew) return { Done: 0, Failed: 0, Left: plan.steps.length };
    const missing = plan.steps.filter((step) => isPull(step) && !this.#isDue(step));
    let ended = 0;
    if (doable.length > 0) this.#report(`${doable.length} declared objects are not as they are declared`);
    const outcome = await runPlan(this.#options, plan, {
      missing: new Map(missing.map((step) => [step.name, this.#failures.get(keyOf(step))?.why ?? ''])),
      onProgress: (progress, { error, isWithoutImage = false } = {}) => {
        this.#report(`${++ended} of ${doable.length} declared objects: ${progress.Kind} ${progress.Name}`);
        const step = plan.steps.find((one) => keyOf(one) === `${progress.Kind}/${progress.Name}`);
        this.#note(progress, { changes: changesIn(step), isWithoutImage });
        if (error) log.error('a declared object is not as it is declared', { ...progress });
        onMessage?.({ progress });
      },
      isPaused: () => this.#paused !== undefined,
    });
    const { Done: done, Failed: failed, Left: left } = outcome;
    // A registry that is away would push everything else out of the history.
    if (done === 0 && cause === retryCause) return outcome;
    const recorded = { at: now(), cause, sections, files, plan: shownPlan(plan), done, failed, left };
    const Generation = await generations.add(recorded);
    log.info('the host was converged', { cause, generation: Generation, done, failed, left });
    return { ...outcome, Generation };
  }

  /** On its own the agent undoes nothing that was done by hand, and waits after failures. */
  #isDue(step: Step): boolean {
    if (step.isDrift) return false;
    const failure = this.#failures.get(keyOf(step));
    if (!failure || failure.isWithoutImage || failure.changes !== changesIn(step)) return true;
    return failure.until <= performance.now();
  }

  #note(
    { Kind, Name, Error, Waits }: AgentProgress,
    details: Pick<Failure, 'changes' | 'isWithoutImage'>,
  ): void {
    const key = `${Kind}/${Name}`;
    if (!Error && Waits === undefined) return void this.#failures.delete(key);
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    // Each attempt to replace a container costs downtime: a new one needs somebody who asks for it.
    const isFinal = Error?.Code === 'PCH_AGENT_REPLACE_FAILED';
    const pause = isFinal ? Infinity : pauseMs(count);
    this.#failures.set(key, {
      ...details,
      count,
      until: performance.now() + pause,
      why: Error?.Message ?? `it waits for ${Waits}`,
    });
  }

  #retryLater(): void {
    this.#retry?.abort();
    const timed = [...this.#failures.values()].filter(({ isWithoutImage }) => !isWithoutImage);
    const next = Math.min(...timed.map(({ until }) => until));
    if (!Number.isFinite(next) || this.#ending.signal.aborted || this.#paused) return;
    this.#retry = new AbortController();
    const { signal } = this.#retry;
    sleep(Math.max(next - performance.now(), shortestPauseMs), undefined, { signal, ref: false }).then(
      () => this.converge(retryCause),
      () => undefined,
    );
  }
}

const keptWhileLost = 'the file that was applied is lost: nothing is removed until a file is applied';

function shownLost({ lost, pin }: InForce): NonNullable<AgentStatus['Lost']> {
  const { file: File, found: Found, isDamaged: Damaged } = lost!;
  return { File, Found, Damaged, ...(pin && { Generation: pin.number }) };
}

function shownFile({ file: { name, host }, by, at }: AppliedFile): NonNullable<AgentStatus['Applied']> {
  return { File: name, ...(host !== undefined && { Host: host }), Since: at, By: by };
}

function isPull({ kind, action }: Step): boolean {
  return kind === 'image' && action === 'pull';
}

function changesIn(step: Step | undefined): string {
  return JSON.stringify(step?.changes ?? []);
}

/** Whether a full name, `docker.io/library/debian:12`, is that of a reference as it is written. */
function isNamed(name: string, reference: string): boolean {
  return name === reference || name.endsWith(`/${reference}`);
}

function staleStatus([Name, why]: [string, string], { images }: DeclaredHost): AgentObjectStatus {
  const { origin } = images.get(Name) ?? {};
  const Why = `not refreshed, the image that the host has is used: ${why}`;
  return { Kind: 'image', Name, State: 'failed', Why, ...(origin !== undefined && { Origin: origin }) };
}

function keyOf({ kind, name }: Step): string {
  return `${kind}/${name}`;
}
