/** The pure half of create: from a request to a plan. */
import type { PouchConfig } from '../../config/types.ts';
import type { ContainerDraft, DraftImage } from '../../hooks/draft.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import { currentCaller } from '../../hooks/caller.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import { richAnnotation } from '../../hooks/draftKeys.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { BlameEntry, Degradation, Plan, PlannedEffect } from '../../hooks/plan.ts';
import type { ContainerRequest } from '../../hooks/request.ts';
import type { RuntimeProvider } from '../../hooks/runtime.ts';
import type { OwnedRuntime } from '../contract/ownedRuntime.ts';
import { clone } from '../plugins/draft/clone.ts';
import { FieldOwners, formatPath, type Generation } from '../plugins/index.ts';
import { applyImage } from './applyImage.ts';
import { applyProfiles, plainOf } from './profiles/applyProfiles.ts';
import { chosenProfiles } from './profiles/chosenProfiles.ts';
import { lookingOnce } from './profiles/lookingOnce.ts';
import { inBatches } from '../wait/inBatches.ts';
import { blamed, configBlame } from './blame.ts';
import { standardCgroup } from './cgroupPath.ts';
import { clampToHost, type HostLimits } from './clamp/index.ts';
import { mayRun32Bit } from './compat32.ts';
import { checkEffects } from './checkEffects.ts';
import { addCoreEffects } from './coreEffects.ts';
import { checked } from './culprit.ts';
import { planFirstBoot } from './firstBoot/planFirstBoot.ts';
import { addEtcFiles, type HostFiles } from './etcFiles.ts';
import { planNested } from './nested.ts';
import { newDraft } from './newDraft.ts';
import { ociSpec } from './ociSpec.ts';
import { planAttachment } from './planAttachment.ts';
import type { OwnedLogDriver } from '../logDrivers/LogDrivers.ts';
import { applyLogDefaults, planLog } from './planLog.ts';
import { planNetwork } from './planNetwork.ts';
import { planVolumes } from './planVolumes.ts';
import { applyRequest } from './request/applyRequest.ts';
import type { RequestContext } from './request/context.ts';
import { checkRichMode } from './richMode.ts';
import { checkNeeds, usableRuntime } from './runtime/check.ts';
import type { Standing } from './runtime/needs.ts';
import type { Secrets } from '../secrets/Secrets.ts';
import { withoutHybridCgroups } from './runtime/withoutHybridCgroups.ts';
import { selectRuntime } from './runtime/select.ts';
import { resolveUser, type ResolvedUser } from './users.ts';
import { fitUserns, usernsWarnings } from './userns.ts';

/** An image as the planner needs it: its facts, and its files without a container. */
export interface PlanImage {
  image: DraftImage;
  /** Content of a file, or an empty string if the image has none. */
  readText(path: string): Promise<string>;
  /** Settles when its layers have responded. @throws PCH_FILE_TIMEOUT */
  responds: Promise<void>;
  /** What the taps of image.resolve have changed. */
  blame: BlameEntry[];
  degraded: Degradation[];
}

export interface PlannerOptions {
  /** As it is now: a reload may change it. */
  config(): PouchConfig;
  log: Logger;
  secrets: Secrets;
  initPath: string | undefined;
  image(ref: string, platform?: string): Promise<PlanImage>;
  directoryOf(id: string): string;
  netnsPathOf(id: string): string;
  usernsPathOf(id: string): string;
  idmapDirectoryOf(id: string): string;
  hostFiles(): Promise<HostFiles>;
  /** What pouchd and the host can give. */
  hostLimits(): HostLimits;
  request: RequestContext;
  /** `FILE:LINE` of a setting; undefined when it has its default. */
  originOf(setting: string): string | undefined;
  describe(kind: string, args: Record<string, unknown>): string | Promise<string>;
}

/** A plan, and the request with what its profiles add. */
export interface PlannedCreate extends Plan {
  request: ContainerRequest;
  /** Runs what taps have passed to `onAbandoned`: it is not carried out. */
  abandon: () => void;
}

export interface PlanningOptions {
  /** It is only shown: taps that leave something behind are left out. */
  isShown?: boolean;
}

/** What plan hooks of one container share. */
interface Run {
  log: Logger;
  fieldOwners: FieldOwners;
  blame: BlameEntry[];
  degraded: Degradation[];
  warnings: string[];
  isShown: boolean;
  abandoned: (() => void)[];
}

export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** Touches nothing on the host. The generation's hooks change the draft one after another. */
  async plan(
    identity: { id: string; name: string },
    request: ContainerRequest,
    generation: Generation,
    { isShown = false }: PlanningOptions = {},
  ): Promise<PlannedCreate> {
    const run: Run = {
      log: this.#options.log,
      fieldOwners: new FieldOwners(),
      blame: [],
      degraded: [],
      warnings: [],
      isShown,
      abandoned: [],
    };
    const abandon = () => run.abandoned.splice(0).forEach((run) => run());
    try {
      return { ...(await this.#plan(identity, request, generation, run)), abandon };
    } catch (error) {
      abandon();
      throw error;
    }
  }

  async #plan(
    identity: { id: string; name: string },
    request: ContainerRequest,
    generation: Generation,
    run: Run,
  ): Promise<Omit<PlannedCreate, 'abandon'>> {
    const source = await this.#options.image(request.image, request.platform);
    const {
      plain,
      completed,
      request: full,
    } = await this.#requested(identity, request, { source, generation, run });
    // A plugin's error may quote them.
    this.#options.secrets.note(completed);
    await applyLogDefaults(plain, request, generation);
    run.blame.push(...(await applyLogDefaults(completed, full, generation)));
    run.blame.push(...source.blame);
    run.degraded.push(...source.degraded);
    // Hooks have shorter deadlines, and containerd would hang where a layer does, with the lock of its snapshots.
    await source.responds;
    let draft = await this.#hook(catalogue.container.preCreate, completed, generation, run);
    const runtime = await this.#selectRuntime(draft, generation, run);
    await fitUserns([draft, plain], full, { runtime, context: this.#options.request });
    this.#reserveNamespaces(draft, plain);
    await planAttachment(draft, generation.runner, this.#options.request, run);
    draft = await this.#hook(catalogue.container.spec, draft, generation, run);
    const { contributions } = generation;
    const { networkOf } = this.#options.request;
    run.warnings.push(
      ...(await checked(run.blame, ['network.mode'], () =>
        planNetwork(draft, { contributions, networkOf }, run),
      )),
    );
    await planVolumes(draft, { contributions, request: this.#options.request }, run);
    run.warnings.push(...(await usernsWarnings(draft, full, { runtime, context: this.#options.request })));
    const log = await checked(run.blame, ['log'], () => planLog(draft, generation));
    await checked(run.blame, ['rich', formatPath(['annotations', richAnnotation])], () =>
      checkRichMode(
        draft,
        generation.contributions.flatMap(({ contributed }) => contributed.namesOf('richMode')),
      ),
    );
    await planFirstBoot(draft, full, {
      readText: (path) => source.readText(path),
      timezone: async () => (await this.#options.hostFiles()).timezone,
      isVm: runtime.isolation === 'vm',
    });
    run.warnings.push(
      ...(await checked(run.blame, ['rich.nested'], () =>
        planNested(draft, { isVm: runtime.isolation === 'vm' }),
      )),
    );
    await checkNeeds(draft, runtime, generation.runtimes, this.#standing(draft));
    const host = this.#options.hostLimits();
    await this.#fit(draft, { runtime, host }, run);
    clampToHost(plain, host);
    await this.#addCoreParts(draft, runtime, log);
    await this.#addCoreParts(plain, runtime, log);
    checkEffects(draft.effects, run.blame, {
      fieldOwners: run.fieldOwners,
      grants: generation.grants,
      ownerOf: (kind) => generation.effectKinds.get(kind)?.plugin,
    });
    const plan = { ...(await this.#finish(draft, plain, { source, host }, run)), request: full };
    await this.#validate(plan, generation);
    return plan;
  }

  /** @throws PCH_POLICY_DENIED */
  async #validate({ draft, spec }: Plan, { runner }: Generation): Promise<void> {
    const point = catalogue.container.validate;
    if (!runner.isTapped(point)) return;
    const refused = await runner.bail(
      point,
      { draft, spec, caller: currentCaller() },
      { log: this.#options.log },
    );
    if (!refused) return;
    const { plugin, result } = refused;
    throw new PouchError('PCH_POLICY_DENIED', `rule ${result.rule}: ${result.message}`, {
      plugin,
      hook: point.name,
      ...(result.hint !== undefined && { hint: result.hint }),
    });
  }

  /**
   * The draft as it was asked for: `completed` has what the profiles of the request add, which are plugins', and
   * `plain` has not.
   */
  async #requested(
    identity: { id: string; name: string },
    request: ContainerRequest,
    { source: { image }, generation, run }: { source: PlanImage; generation: Generation; run: Run },
  ): Promise<{ plain: ContainerDraft; completed: ContainerDraft; request: ContainerRequest }> {
    const profiles = chosenProfiles(request.profiles ?? [], generation.profiles);
    const draft = newDraft(identity, image, this.#options.config());
    run.blame.push(...configBlame(draft, this.#options.originOf));
    run.blame.push(...(await blamed(draft, 'image', 'config', () => applyImage(draft))));
    const context = profiles.length > 0 ? lookingOnce(this.#options.request) : this.#options.request;
    const apply = (to: ContainerDraft, asked: ContainerRequest) => applyRequest(to, asked, context);
    if (profiles.length === 0) {
      run.blame.push(...(await blamed(draft, 'request', 'create', () => apply(draft, request))));
      return { plain: draft, completed: clone(draft), request };
    }
    const made = await applyProfiles(draft, request, profiles, apply);
    run.blame.push(...made.blame);
    return {
      plain: await plainOf(draft, request, { apply, made }),
      completed: made.draft,
      request: made.request,
    };
  }

  async #hook(
    point: (typeof catalogue.container)['preCreate'],
    draft: ContainerDraft,
    generation: Generation,
    run: Run,
  ): Promise<ContainerDraft> {
    const outcome = await generation.runner.plan(point, draft, {
      log: run.log,
      fieldOwners: run.fieldOwners,
      isShown: run.isShown,
      abandoned: run.abandoned,
      warnings: run.warnings,
    });
    run.blame.push(...outcome.blame);
    run.degraded.push(...outcome.degraded);
    this.#options.secrets.note(outcome.draft);
    return outcome.draft;
  }

  async #selectRuntime(draft: ContainerDraft, generation: Generation, run: Run): Promise<OwnedRuntime> {
    const { name, blame } = await selectRuntime(draft, {
      runtime: this.#options.config().runtime,
      originOf: this.#options.originOf,
      blame: run.blame,
      ask: () => generation.runner.bail(catalogue.container.selectRuntime, draft, run),
    });
    if (blame.plugin !== 'request' || blame.hook !== 'create') run.blame.push(blame);
    const runtime = await checked(run.blame, ['runtime'], () => usableRuntime(name, generation.runtimes));
    draft.runtime = runtime.name;
    return runtime;
  }

  /**
   * A network namespace of the container's own is made before the container and kept by a file: a bridge is attached
   * from outside, and without any network it is still quicker than the runtime's way (1 ms beside other work, against
   * 10).
   */
  #reserveNamespaces(...drafts: ContainerDraft[]): void {
    for (const { id, namespaces } of drafts) {
      if (namespaces.network === '') namespaces.network = this.#options.netnsPathOf(id);
      // Else the network namespace would not belong to it.
      if (namespaces.user === '') namespaces.user = this.#options.usernsPathOf(id);
    }
  }

  /** What pouchd.yaml asks of the runtime of every container. */
  #standing({ id }: ContainerDraft): Standing {
    const { cgroupParent, runtime } = this.#options.config();
    const { cgroupDriver } = runtime;
    return { cgroupDriver, standardCgroup: standardCgroup(cgroupParent, id, cgroupDriver) };
  }

  /** The last changes: what the runtime wants to be different, and what the host cannot give. */
  async #fit(
    draft: ContainerDraft,
    { runtime, host }: { runtime: OwnedRuntime; host: HostLimits },
    run: Run,
  ): Promise<void> {
    if (!runtime.hybridCgroups) withoutHybridCgroups(draft);
    const steps = [
      { who: runtime.plugin ?? 'core', hook: 'adaptSpec', step: () => runtime.adaptSpec?.(draft) },
      { who: 'core', hook: 'host', step: () => clampToHost(draft, host) },
    ];
    for (const { who, hook, step } of steps)
      run.blame.push(
        ...(await blamed(draft, who, hook, async () => void run.warnings.push(...((await step()) ?? [])))),
      );
  }

  async #addCoreParts(draft: ContainerDraft, runtime: RuntimeProvider, log: OwnedLogDriver): Promise<void> {
    addEtcFiles(draft, await this.#options.hostFiles(), {
      defaults: this.#options.config().network,
      isWritable: runtime.isolation !== 'vm' && !draft.rootfs.readonly,
    });
    addCoreEffects(draft, {
      directory: this.#options.directoryOf(draft.id),
      netnsPath: this.#options.netnsPathOf(draft.id),
      usernsPath: this.#options.usernsPathOf(draft.id),
      idmapDirectory: this.#options.idmapDirectoryOf(draft.id),
      containerdType: runtime.containerdType,
      stdioLog: log.keepsLog ? `${this.#options.directoryOf(draft.id)}/container.log` : null,
      deliversLog: log.delivers,
      networkFirst: runtime.isolation === 'vm',
    });
  }

  async #finish(
    draft: ContainerDraft,
    plain: ContainerDraft,
    { source, host }: { source: PlanImage; host: HostLimits },
    run: Run,
  ): Promise<Plan> {
    const compat32 = await mayRun32Bit(draft);
    const facts = (user: ResolvedUser) => ({
      user,
      compat32,
      initPath: this.#options.initPath,
      directory: this.#options.directoryOf(draft.id),
      lastGroup: host.lastGroup,
      oomScoreAdj: host.oomScoreAdj,
    });
    const user = await checked(run.blame, ['process.user', 'process.groups'], () => userOf(draft, source));
    const { secrets } = this.#options;
    secrets.note(draft);
    const degraded = secrets.data(run.degraded);
    const plainSpec = ociSpec(plain, { ...facts(await userOf(plain, source)), commandOptional: true });
    return {
      draft,
      spec: await checked(run.blame, commandFields, () => ociSpec(draft, facts(user))),
      plainSpec: secrets.spec(plainSpec, draft),
      effects: await this.#plannedEffects(draft),
      blame: secrets.blame(run.blame, draft),
      degraded,
      warnings: [
        ...degraded.map(({ plugin, message }) => `made without plugin ${plugin}: ${message}`),
        ...secrets.data(run.warnings),
      ],
    };
  }

  async #plannedEffects(draft: ContainerDraft): Promise<PlannedEffect[]> {
    const { describe, secrets } = this.#options;
    return await inBatches(inOrder(draft.effects), async ([key, effect]) => ({
      key,
      // As it is: an undo may need it.
      ...effect,
      sentence: secrets.text(await describe(effect.kind, effect.args)),
    }));
  }
}

/** The fields that an error of a spec is about. */
function commandFields({ field }: PouchError): string[] {
  return field === 'init' ? ['process.init'] : ['process.command', 'process.entrypoint'];
}

/** As they will be applied: create before start, and each after what it needs. */
function inOrder(effects: ContainerDraft['effects']): [string, ContainerDraft['effects'][string]][] {
  const depth = (key: string): number =>
    Math.max(-1, ...(effects[key]?.needs ?? []).map((need) => depth(need))) + 1;
  const rank = (key: string) => (effects[key]?.stage === 'create' ? 0 : 1);
  return Object.entries(effects).sort(([a], [b]) => rank(a) - rank(b) || depth(a) - depth(b));
}

async function userOf(draft: ContainerDraft, source: PlanImage): Promise<ResolvedUser> {
  const [passwd, group] = await Promise.all([source.readText('/etc/passwd'), source.readText('/etc/group')]);
  return resolveUser(draft.process.user, draft.process.groups, { passwd, group });
}
