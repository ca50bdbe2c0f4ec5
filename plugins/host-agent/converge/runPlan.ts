/** Does the steps of a plan, side by side where they do not need each other. */
import PQueue from 'p-queue';
import type { AgentOutcome, AgentProgress } from '../../../client/wire.ts';
import { hasCode, toPouchError } from '../../../hooks/index.ts';
import type { ContainerStep, HostPlan, ObjectProblem, Step } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { applyStep } from './applyStep.ts';
import { releasePorts } from './releasePorts.ts';
import { untilMet } from './untilUp.ts';

/** Containers that are created and started at once. */
const atOnce = 4;

export interface RunOptions {
  /** Images that the host lacks, and whose next pull is not due yet, each with the reason. */
  readonly missing?: ReadonlyMap<string, string>;
  onProgress(progress: AgentProgress, details?: ProgressDetails): void;
  /** Whether no further step may begin. */
  isPaused?(): boolean;
}

export interface ProgressDetails {
  /** Of a step that has failed. */
  readonly error?: unknown;
  /** The container waits for its image. */
  readonly isWithoutImage?: boolean;
}

/**
 * What is gone goes first, as it may hold ports and addresses; then what containers need, then containers after those
 * that they depend on, and last the networks, volumes and images that nobody needs any more. Pulls take their time
 * meanwhile: only containers of their images wait for them. A step that fails holds up only those that depend on it.
 */
export async function runPlan(
  context: AgentContext,
  { steps, problems }: HostPlan,
  options: RunOptions,
): Promise<Omit<AgentOutcome, 'Generation'>> {
  const due = steps.filter(({ held }) => held === undefined);
  const run = new Run(context, problems, options);
  await run.all(due.filter((step) => isEnd(step) && step.kind === 'container'));
  const begins = due.filter((step) => !isEnd(step));
  const pulls = run.pull(begins.filter(({ kind }) => kind === 'image'));
  await run.all(begins.filter(({ kind }) => kind === 'network' || kind === 'volume'));
  const containers = begins.filter((step): step is ContainerStep => step.kind === 'container');
  await releasePorts(context, containers);
  await run.containers(containers);
  await pulls;
  await run.all(due.filter((step) => isEnd(step) && step.kind !== 'container'));
  const { done, failed } = run;
  return { Done: done, Failed: failed, Left: steps.length - done - failed };
}

function isEnd({ action }: Step): boolean {
  return action === 'remove' || action === 'stop';
}

const needsImage: ReadonlySet<Step['action']> = new Set(['create', 'recreate', 'upgrade']);

class Run {
  done = 0;
  failed = 0;
  readonly #context: AgentContext;
  readonly #options: RunOptions;
  readonly #queue = new PQueue({ concurrency: atOnce });
  readonly #pullQueue = new PQueue({ concurrency: atOnce });
  /** By reference. */
  readonly #pulls = new Map<string, Promise<void>>();
  /** Images that the host lacks, each with the reason. */
  readonly #missing: Map<string, string>;
  readonly #groups = new Map<string, PQueue>();
  /** By the name of their declaration: the replica that has failed. */
  readonly #failedGroups = new Map<string, string>();
  /** Containers that are not as they are declared, each with the reason. */
  readonly #unmet: Map<string, string>;

  constructor(context: AgentContext, problems: readonly ObjectProblem[], options: RunOptions) {
    this.#context = context;
    this.#options = options;
    const broken = problems.filter(({ kind }) => kind === 'container');
    this.#missing = new Map(options.missing);
    this.#unmet = new Map(broken.map(({ name }) => [name, 'its declaration has a mistake']));
  }

  async all(steps: readonly Step[]): Promise<void> {
    await Promise.all(steps.map((step) => this.#queue.add(() => this.#do(step))));
  }

  async pull(steps: readonly Step[]): Promise<void> {
    for (const step of steps)
      this.#pulls.set(
        step.name,
        this.#pullQueue.add(() => this.#do(step)),
      );
    await Promise.all(this.#pulls.values());
  }

  async containers(steps: readonly ContainerStep[]): Promise<void> {
    const byName = new Map(steps.map((step) => [step.name, step]));
    const begun = new Map<string, Promise<void>>();
    const once = (name: string): Promise<void> => {
      const step = byName.get(name);
      if (!step) return Promise.resolve();
      const known = begun.get(name);
      if (known) return known;
      const work = (async () => {
        const { dependsOn = [] } = step.declared ?? {};
        await Promise.all(dependsOn.map((dependency) => once(dependency.name)));
        const image = await this.#missingImageOf(step);
        if (image !== undefined) return this.#wait(step, image, { isWithoutImage: true });
        const obstacle = await this.#obstacleOf(step);
        if (obstacle === undefined) await this.#inGroup(step);
        else this.#wait(step, obstacle);
      })();
      begun.set(name, work);
      return work;
    };
    await Promise.all(steps.map(({ name }) => once(name)));
  }

  /** Replicas are changed a few at a time; once one has failed, the others stay as they are. */
  async #inGroup(step: ContainerStep): Promise<void> {
    const { replicaOf, update } = step.declared ?? {};
    if (replicaOf === undefined || !update || step.action === 'create')
      return await this.#queue.add(() => this.#do(step));
    const group = this.#groups.get(replicaOf) ?? new PQueue({ concurrency: update.parallel });
    this.#groups.set(replicaOf, group);
    await group.add(async () => {
      const failed = this.#failedGroups.get(replicaOf);
      if (failed !== undefined) return this.#wait(step, `${failed}, which has failed`);
      await this.#queue.add(() => this.#do(step));
      if (this.#unmet.has(step.name)) this.#failedGroups.set(replicaOf, step.name);
    });
  }

  /** Why a container cannot be created: its image is not on the host. */
  async #missingImageOf({ action, declared }: ContainerStep): Promise<string | undefined> {
    if (!declared || !needsImage.has(action)) return undefined;
    const { image } = declared.request;
    await this.#pulls.get(image);
    const reason = this.#missing.get(image);
    return reason === undefined ? undefined : `its image ${image}: ${reason}`;
  }

  /** Why a step cannot be done yet. A change of a container that runs waits for nobody. */
  async #obstacleOf({ action, declared }: ContainerStep): Promise<string | undefined> {
    if (action === 'change' || this.#isEnding()) return undefined;
    for (const dependency of declared?.dependsOn ?? []) {
      const reason = this.#unmet.get(dependency.name);
      if (reason !== undefined) return `${dependency.name}: ${reason}`;
      try {
        await untilMet(this.#context, dependency);
      } catch (error) {
        return `${dependency.name}: ${toPouchError(error).message}`;
      }
    }
    return undefined;
  }

  #isEnding(): boolean {
    return this.#context.signal.aborted || (this.#options.isPaused?.() ?? false);
  }

  async #do(step: Step): Promise<void> {
    const { kind: Kind, name: Name, action: Action } = step;
    if (this.#isEnding()) return;
    try {
      await applyStep(this.#context, step);
      this.done++;
      this.#options.onProgress({ Kind, Name, Action });
    } catch (error) {
      if (hasCode(error, 'PCH_CANCELLED')) return;
      this.failed++;
      const { code, message, hint } = toPouchError(error);
      if (Kind === 'container') this.#unmet.set(Name, message);
      if (Kind === 'image') this.#missing.set(Name, message);
      const Error = { Code: code, Message: message, ...(hint !== undefined && { Hint: hint }) };
      this.#options.onProgress({ Kind, Name, Action, Error }, { error });
    }
  }

  #wait(
    { kind: Kind, name: Name, action: Action }: ContainerStep,
    reason: string,
    details?: ProgressDetails,
  ): void {
    this.#unmet.set(Name, `it waits for ${reason}`);
    this.#options.onProgress({ Kind, Name, Action, Waits: reason }, details);
  }
}
