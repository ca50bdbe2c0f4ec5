import type { AgentChange, AgentPlan } from '../../../client/wire.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import { masked } from './changesOf.ts';
import { hasText } from './texts.ts';
import type { HostState } from './hostState.ts';
import { planContainers, type PlanOptions } from './planContainers.ts';
import { planImages } from './planImages.ts';
import { planNetworks } from './planNetworks.ts';
import { planVolumes } from './planVolumes.ts';
import { allChanges, type ContainerStep, type HostPlan, type Step } from './step.ts';

export interface HostPlanOptions extends PlanOptions {
  /** Whether more than a third of the containers that run may be removed. */
  readonly mayRemoveMany: boolean;
  /** Why nothing is removed or stopped that is not declared. */
  readonly keeps?: string | undefined;
}

/** Compares what is declared with what the host has. Changes nothing. */
export function planHost(declared: DeclaredHost, state: HostState, options: HostPlanOptions): HostPlan {
  const containers = planContainers(declared, state, options);
  const limited = withLimit(containers.steps, declared, state, options.mayRemoveMany);
  const containerSteps = limited.map((step) => kept(step, options));
  const networks = planNetworks(declared, state, endingOf(containerSteps));
  const broken = declared.broken.map(({ kind, name, problem }) => ({ kind, name, problem }));
  const steps = [
    ...[
      ...planImages(declared, state, options.before),
      ...networks.steps,
      ...planVolumes(declared, state),
    ].map((step) => kept(step, options)),
    ...containerSteps,
  ];
  return {
    steps: steps.map((step) => ({ ...step, changes: step.changes.map((one) => hidden(one, options)) })),
    problems: [...broken, ...networks.problems, ...containers.problems],
  };
}

function kept<Any extends Step>(step: Any, { keeps }: HostPlanOptions): Any {
  const isEnd = step.action === 'remove' || step.action === 'stop';
  return keeps !== undefined && isEnd ? { ...step, held: keeps } : step;
}

function endingOf(steps: readonly ContainerStep[]): ReadonlySet<string> {
  const ending = steps.filter(
    ({ action, held }) => (action === 'remove' || action === 'stop') && held === undefined,
  );
  return new Set(ending.flatMap(({ id }) => id ?? []));
}

/** Contents of files are not shown, in whatever field they are. */
function hidden(change: AgentChange, { isSecretText }: PlanOptions): AgentChange {
  if (![change.From, change.To].some((value) => hasText(value, isSecretText))) return change;
  return {
    ...change,
    ...(change.From !== undefined && { From: masked }),
    ...(change.To !== undefined && { To: masked }),
  };
}

/** A file that was lost, or damaged, must not take the host down. */
function withLimit(
  steps: readonly ContainerStep[],
  declared: DeclaredHost,
  { containers }: HostState,
  mayRemoveMany: boolean,
): ContainerStep[] {
  const running = new Set(containers.filter(({ state }) => state.status === 'running').map(({ id }) => id));
  const ending = steps.filter(
    ({ action, id = '' }) => (action === 'remove' || action === 'stop') && running.has(id),
  );
  if (mayRemoveMany || ending.length * 3 <= running.size) return [...steps];
  const what = declared.containers.size === 0 ? 'the files declare no container' : 'more than a third';
  const held = `it ends ${ending.length} of ${running.size} containers that run (${what}), and waits for an apply that may prune`;
  return steps.map((step) => (step.action === 'remove' || step.action === 'stop' ? { ...step, held } : step));
}

/** The plan as clients read it. */
export function shownPlan({ steps, problems, notes = [] }: HostPlan): AgentPlan {
  return {
    Steps: steps.map(({ kind, name, action, declared, held, ...step }) => ({
      Kind: kind,
      Name: name,
      Action: action,
      Changes: allChanges(step),
      ...(declared?.origin !== undefined && { Origin: declared.origin }),
      ...(held !== undefined && { Held: held }),
    })),
    Problems: problems.map(({ problem }) => problem),
    ...(notes.length > 0 && { Notes: [...notes] }),
  };
}
