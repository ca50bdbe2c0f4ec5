/** Computes plans: to what is in force, to what the files declare now, and to what a generation declares. */
import type { AgentDrift, AgentPlan } from '../../../client/wire.ts';
import type { DeclarationFile } from '../../../hooks/appliedFile.ts';
import {
  type ContainerRequest,
  type Events,
  hasCode,
  PouchError,
  type Profile,
} from '../../../hooks/index.ts';
import { readProfiles, usableProfiles } from '../../../translate/profiles/readProfiles.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import { digestOf } from '../declare/digestOf.ts';
import { readHost } from '../declare/readHost.ts';
import type { Generation, Generations } from '../history/Generations.ts';
import type { DeclaredThen, InForce } from '../history/InForce.ts';
import { labels } from '../labels.ts';
import type { HostState } from '../plan/hostState.ts';
import { planHost, shownPlan } from '../plan/planHost.ts';
import type { HostPlan } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { driftOf } from './driftOf.ts';
import type { Outdated } from './Outdated.ts';
import { unprobedOf } from './unprobed.ts';
import { readState } from './readState.ts';

interface PlannerOptions extends AgentContext {
  readonly inForce: InForce;
  readonly generations: Generations;
  readonly outdated: Outdated;
}

interface PlanOptions {
  /** Missing: only after a rollback, as a generation is whole. */
  mayRemoveMany?: boolean;
  /** What is compared; missing: what is in force. */
  other?: Partial<DeclaredThen> & Pick<DeclaredThen, 'declared'>;
}

interface FilesNow {
  readonly declared: DeclaredHost;
  readonly profiles: Profile[];
  readonly digest: string;
  /** Whether settings and plugins of the files are those in force. */
  readonly isRestInForce: boolean;
}

const keptWhileLost = 'the file that was applied is lost: nothing is removed until a file is applied';

export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  async plan({ mayRemoveMany = false, other }: PlanOptions = {}): Promise<HostPlan> {
    const { containers, config, key, inForce, generations } = this.#options;
    const { declared, profiles, secrets = [] } = other ?? inForce;
    const isInForce = other === undefined;
    if (isInForce && inForce.isUnknown) return { steps: [], problems: [] };
    const complete = (request: ContainerRequest) => containers.complete(request, profiles && { profiles });
    const read = await this.#stateOf(declared);
    const unprobed = await unprobedOf(this.#options, declared, { state: read, complete, key });
    const state = { ...read, unprobed };
    const newest = await generations.newest();
    // A reference that is gone from the files no longer marks the value that a container still has of it.
    const earlier = new Set([...(newest?.secrets ?? []), ...inForce.secrets, ...secrets]);
    const plan = planHost(declared, state, {
      complete,
      profiles,
      isSecretName: (name) => config.isSecretName(name),
      isSecretText: (text) => config.isSecretText(text) || earlier.has(text),
      key,
      mayRemoveMany: mayRemoveMany || (isInForce && inForce.isRolledBack),
      before: newest?.sections,
      keeps: isInForce && inForce.isHeld ? keptWhileLost : undefined,
    });
    return { ...plan, notes: notesOf(other ?? inForce.pinned) };
  }

  async #stateOf(wanted: DeclaredHost): Promise<HostState> {
    const state = await readState(this.#options, wanted);
    const declared = state.containers.filter(
      ({ draft, damage }) => !damage && wanted.containers.has(draft.labels[labels.declared] ?? ''),
    );
    return { ...state, outdated: await this.#options.outdated.changesOf(declared) };
  }

  /** What was changed by hand. */
  async drift(events: Events): Promise<AgentDrift[]> {
    const { generations, now } = this.#options;
    const plan = await this.plan();
    return await driftOf(plan, { events, generations: await generations.list(), now: new Date(now()) });
  }

  /** The plan to what a generation declares. */
  async planOfGeneration(generation: Generation): Promise<AgentPlan> {
    const other = this.#options.inForce.declaredBy(generation);
    return shownPlan(await this.plan({ mayRemoveMany: true, other }));
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
    const { digest, isRestInForce, ...other } = await this.#readAgain(applied);
    const plan = shownPlan(await this.plan({ mayRemoveMany, other }));
    const isApplied = applied === undefined || (await this.#isInForce(digest));
    return {
      ...plan,
      ...(!isApplied && { Unapplied: true }),
      ...(!isRestInForce && { OtherSettings: true }),
    };
  }

  /** @throws PCH_CONFIG_INVALID with the mistakes of a file that is to be applied */
  async check(file: DeclarationFile): Promise<void> {
    const { declared } = await this.#readAgain(file);
    if (declared.broken.length === 0) return;
    throw new PouchError('PCH_CONFIG_INVALID', declared.broken.map(({ problem }) => problem).join('\n'), {
      hint: 'docs/guides/host-agent.md has the options; nothing was changed',
    });
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

  async #readAgain(applied: DeclarationFile | null | undefined): Promise<FilesNow> {
    const { config, key } = this.#options;
    const { sections, lines, isRestInForce } = await config.readAgain(applied);
    const { networks = {}, volumes = {}, images = {}, containers = {}, profiles = {} } = sections;
    const locate = (pointer: string) => lines[pointer];
    const declared = readHost({ networks, volumes, images, containers }, locate, key, (text) =>
      config.isSecretText(text),
    );
    const ofFiles = usableProfiles(readProfiles({ profiles }, locate));
    return { declared, profiles: ofFiles, digest: digestOf(sections, key), isRestInForce };
  }
}

/** What a reader of the plan to a generation has to know. */
function notesOf(then: Partial<DeclaredThen> | undefined): string[] {
  if (then?.number === undefined || then.profiles) return [];
  const named = [...(then.declared?.containers.values() ?? [])].some(
    ({ request }) => request.profiles?.length,
  );
  if (!named) return [];
  return [
    `generation ${then.number} was recorded by an older pouchd, without profiles: its containers get those that are in force`,
  ];
}
