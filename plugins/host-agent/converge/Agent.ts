/** Holds the host as it is declared: does what the plan says, one converge at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AgentDeclarations,
  AgentForeign,
  AgentMessage,
  AgentOutcome,
  AgentStatus,
} from '../../../client/wire.ts';
import type { AppliedFile } from '../../../hooks/appliedFile.ts';
import { type Clock, messageOf, PouchError } from '../../../hooks/index.ts';
import { declarationsOf, take } from '../adopt/adopt.ts';
import { convert } from '../adopt/convert.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import type { Generation, Generations } from '../history/Generations.ts';
import type { InForce } from '../history/InForce.ts';
import { shownPlan } from '../plan/planHost.ts';
import { type HostPlan, keyOf, type Step } from '../plan/step.ts';
import { textsIn } from '../plan/texts.ts';
import type { AgentContext } from './agentContext.ts';
import { BasisFile } from '../history/BasisFile.ts';
import { Failures } from './Failures.ts';
import { HostStatus } from './HostStatus.ts';
import { ImageRefresher } from './ImageRefresher.ts';
import { Outdated } from './Outdated.ts';
import { pauseMs } from './pause.ts';
import { Pausing, type PausingOptions } from './Pausing.ts';
import { Planner } from './Planner.ts';
import { runPlan } from './runPlan.ts';
import { Schedules } from './Schedules.ts';
import { inTurn, lastTurn } from './turns.ts';

export interface AgentOptions extends Omit<AgentContext, 'signal'>, PausingOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly inForce: InForce;
  readonly generations: Generations;
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

/** What an apply has done. */
export interface Applied extends AgentOutcome {
  readonly hasRolledBack: boolean;
}

export interface RollbackOptions extends Pick<ApplyOptions, 'cause' | 'onMessage'> {
  readonly generation: Generation;
}

/** Several causes in a row are one converge. */
const quietMs = 200;
/** Of converges that only try again what has failed. */
const retryCause = 'retry';
const shortestPauseMs = pauseMs(1);

export class Agent {
  readonly planner: Planner;
  readonly pausing: Pausing;
  /** The state of the host. */
  readonly host: HostStatus;
  readonly #options: AgentOptions & AgentContext;
  readonly #ending = new AbortController();
  readonly #failures = new Failures();
  readonly #refresher: ImageRefresher;
  readonly #outdated: Outdated;
  #convergedAt: string | undefined;
  #isHolding = false;
  readonly #first: Promise<void>;
  #endFirst: () => void = () => undefined;
  #report: (status: string) => void = () => undefined;
  #busy = false;
  #retry: AbortController | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: AgentOptions) {
    this.#options = { ...options, signal: this.#ending.signal };
    this.#first = new Promise((resolve) => (this.#endFirst = resolve));
    // Nothing is tried on a paused host: its pouchd is ready at once.
    if (options.paused) this.#endFirst();
    this.#refresher = new ImageRefresher(this.#options, options.clock);
    this.#outdated = new Outdated({ ...this.#options, file: new BasisFile(options.root) });
    this.planner = new Planner({ ...this.#options, outdated: this.#outdated });
    this.pausing = new Pausing(this.#options, options, () => this.#onPause());
    this.host = new HostStatus({
      ...this.#options,
      planner: this.planner,
      pausing: this.pausing,
      failures: this.#failures,
      refresher: this.#refresher,
      progress: () => this.#progress(),
    });
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

  /** @returns the newest generation that declares something else than what is in force */
  async previous(): Promise<Generation> {
    const { generations, inForce } = this.#options;
    const found = (await generations.list()).find((generation) => inForce.differsFrom(generation));
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
  async apply(options: ApplyOptions): Promise<Applied> {
    return await this.#inTurn(async () => {
      this.pausing.requireUnpaused();
      if (options.endsPin) {
        this.requireApplied();
        await this.#options.inForce.unpin();
      }
      const { outcome, hasFailed } = await this.#converge(options);
      const rollsBack = options.rollsBack && hasFailed && !this.pausing.current;
      if (!rollsBack) return { ...outcome, hasRolledBack: false };
      return { ...(await this.#rollBackTo(await this.#lastGood(), options)), hasRolledBack: true };
    });
  }

  /**
   * Rolls back an apply whose objects have not come up: to the last generation without failures before it.
   * @param applied the generation of the apply; missing: it had nothing to do
   */
  async rollBackApply(
    applied: number | undefined,
    options: Pick<ApplyOptions, 'cause' | 'onMessage'>,
  ): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.pausing.current) await this.#rollBackTo(await this.#lastGood(applied), options);
    });
  }

  /** Applies what a generation declares, and pins the host to it: killed meanwhile, the next pouchd continues. */
  async rollback({ generation, ...options }: RollbackOptions): Promise<AgentOutcome> {
    return await this.#inTurn(() => {
      this.pausing.requireUnpaused();
      return this.#rollBackTo(generation, options);
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#soon);
    return await inTurn(this.#options.root, work);
  }

  /** @param target missing: nothing is done */
  async #rollBackTo(
    target: Generation | undefined,
    { cause, onMessage }: Pick<ApplyOptions, 'cause' | 'onMessage'>,
  ): Promise<AgentOutcome> {
    const { inForce, log } = this.#options;
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

  /** Undefined if it declares what has just failed. @param before only older generations than this one */
  async #lastGood(before = Infinity): Promise<Generation | undefined> {
    const { generations, inForce } = this.#options;
    const good = (await generations.list()).find(
      ({ number, failed, plan }) => number < before && failed === 0 && plan.Problems.length === 0,
    );
    return good && inForce.differsFrom(good) ? good : undefined;
  }

  /**
   * Converges on its own account, shortly after the last call of several; failures are logged and tried again. An apply
   * in the meantime takes its place.
   */
  converge(cause: string): void {
    if (this.#ending.signal.aborted || this.pausing.current) return;
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
    await lastTurn(this.#options.root);
  }

  /** Resolves once each declared object was tried, or the agent ends. @param report takes what is under way */
  async settled(report: (status: string) => void): Promise<void> {
    this.#report = report;
    await this.#first;
    this.#report = () => undefined;
  }

  #progress(): Pick<AgentStatus, 'Busy' | 'ConvergedAt'> {
    return { ...(this.#convergedAt !== undefined && { ConvergedAt: this.#convergedAt }), Busy: this.#busy };
  }

  #onPause(): void {
    clearTimeout(this.#soon);
    this.#retry?.abort();
    if (!this.#busy) this.#endFirst();
  }

  async #reportStatus(): Promise<void> {
    const { onConverged, log } = this.#options;
    try {
      if (onConverged) onConverged(await this.host.read());
    } catch (error) {
      log.warn('the state of the declared objects is not known', { error: messageOf(error) });
    }
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
      if (!this.#options.inForce.isUnknown)
        await this.#noted('images', () => this.#options.book.declare(this.declared.images));
      if (isWhole) await this.#refreshImages();
      const plan = await this.planner.plan({ mayRemoveMany });
      this.#isHolding = plan.steps.some(({ held }) => held !== undefined);
      await this.#noted('plugins and settings', () => this.#outdated.note());
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
  async #noted(what: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#options.log.warn(`the file about ${what} of the host agent was not written`, {
        error: messageOf(error),
      });
    }
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
    const missing = plan.steps.filter((step) => isPull(step) && !this.#failures.isDue(step));
    let ended = 0;
    if (doable.length > 0) this.#report(`${doable.length} declared objects are not as they are declared`);
    const outcome = await runPlan(this.#options, plan, {
      missing: new Map(missing.map((step) => [step.name, this.#failures.whyOf(step) ?? ''])),
      onProgress: (progress, { error, isWithoutImage = false } = {}) => {
        this.#report(`${++ended} of ${doable.length} declared objects: ${progress.Kind} ${progress.Name}`);
        const step = plan.steps.find((one) => keyOf(one) === `${progress.Kind}/${progress.Name}`);
        this.#failures.note(progress, step, { isWithoutImage });
        if (error) log.error('a declared object is not as it is declared', { ...progress });
        onMessage?.({ progress });
      },
      isPaused: () => this.pausing.current !== undefined,
    });
    const { Done: done, Failed: failed, Left: left } = outcome;
    // A registry that is away would push everything else out of the history.
    if (done === 0 && cause === retryCause) return outcome;
    const secrets = this.#secrets;
    const declared = { sections, files, ...(secrets.length > 0 && { secrets }) };
    const recorded = { at: now(), cause, ...declared, plan: shownPlan(plan), done, failed, left };
    const Generation = await generations.add(recorded);
    log.info('the host was converged', { cause, generation: Generation, done, failed, left });
    return { ...outcome, Generation };
  }

  /** The texts of what is in force that have contents of files, also as values of pairs such as `NAME=VALUE`. */
  get #secrets(): string[] {
    const { config, inForce } = this.#options;
    const isSecret = (text: string) => config.isSecretText(text) || inForce.secrets.includes(text);
    const texts = [...textsIn(inForce.sections)].filter(isSecret);
    const values = texts.map((text) => text.slice(text.indexOf('=') + 1)).filter(isSecret);
    return [...new Set([...texts, ...values])];
  }

  /** On its own the agent undoes nothing that was done by hand, and waits after failures. */
  #isDue(step: Step): boolean {
    return !step.isDrift && this.#failures.isDue(step);
  }

  #retryLater(): void {
    this.#retry?.abort();
    const waitMs = this.#failures.untilNextMs();
    if (waitMs === undefined || this.#ending.signal.aborted || this.pausing.current) return;
    this.#retry = new AbortController();
    const { signal } = this.#retry;
    sleep(Math.max(waitMs, shortestPauseMs), undefined, { signal, ref: false }).then(
      () => this.converge(retryCause),
      () => undefined,
    );
  }
}

function isPull({ kind, action }: Step): boolean {
  return kind === 'image' && action === 'pull';
}
