import type { ContainerRecord, ContainerRequest, Profile } from '../../../hooks/index.ts';
import { toPouchError } from '../../../hooks/index.ts';
import { unprobedProblem } from '../declare/brokenDependencies.ts';
import type { DeclaredContainer, DeclaredHost } from '../declare/declared.ts';
import { labels } from '../labels.ts';
import type { Options } from '../options.ts';
import { applies, dearest, factsOf } from './applies.ts';
import { changesOf } from './changesOf.ts';
import { canonicalReference } from './canonical.ts';
import { comparable, declarationDigest } from './comparable.ts';
import { containerOption } from './containerOption.ts';
import { joinChanges } from './joinChanges.ts';
import { hasText } from './texts.ts';
import type { HostState } from './hostState.ts';
import { nextName, previousName } from './names.ts';
import { replannedChange } from './replannedChange.ts';
import { policyBefore, policyChanges } from './policyChanges.ts';
import type { ContainerStep, ObjectProblem } from './step.ts';
import { wordOf } from './wordOf.ts';

export interface PlanOptions {
  /** A request with what its profiles add. */
  complete(request: ContainerRequest): ContainerRequest;
  /** In place of those of pouchd.yaml that are in force, as `complete` has them. */
  readonly profiles?: readonly Profile[] | undefined;
  isSecretName(name: string): boolean;
  /** Whether a text has the content of a file that a reference names. */
  isSecretText(text: string): boolean;
  /** Of digests. */
  readonly key: string;
  /** What was declared before; undefined if that is not known. */
  readonly before?: Options | undefined;
}

/** @returns the steps in no order, and the containers that cannot be as they are declared */
export function planContainers(
  { containers: declared, broken }: DeclaredHost,
  state: HostState,
  options: PlanOptions,
): { steps: ContainerStep[]; problems: ObjectProblem[] } {
  const byName = new Map(state.containers.map((record) => [record.name, record]));
  const planned = new Map<string, ContainerStep | undefined>();
  const problems: ObjectProblem[] = [];
  const stepOf = (name: string): ContainerStep | undefined => {
    const one = declared.get(name);
    if (!one || planned.has(name)) return planned.get(name);
    planned.set(name, undefined);
    const unprobed = one.dependsOn.find(
      (other) => other.condition === 'healthy' && state.unprobed?.has(other.name),
    );
    if (unprobed) {
      problems.push({ kind: 'container', name, problem: unprobedProblem(one, unprobed.name) });
      return undefined;
    }
    try {
      const step = planOne(
        one,
        { byName, state, stepOf, isDeclared: (other) => declared.has(other) },
        options,
      );
      planned.set(name, step);
      return step;
    } catch (error) {
      problems.push({ kind: 'container', name, problem: problemOf(one, error) });
      return undefined;
    }
  };
  const steps = [...declared.keys()].flatMap((name) => stepOf(name) ?? []);
  const known = new Set([...declared.keys(), ...broken.filter(isContainer).map(({ name }) => name)]);
  return { steps: [...steps, ...state.containers.flatMap((record) => planRemoval(record, known))], problems };
}

function isContainer({ kind }: { kind: string }): boolean {
  return kind === 'container';
}

interface Host {
  readonly byName: ReadonlyMap<string, ContainerRecord>;
  readonly state: HostState;
  stepOf(name: string): ContainerStep | undefined;
  isDeclared(name: string): boolean;
}

function planOne(
  declared: DeclaredContainer,
  { state: { containers, images, outdated }, byName, ...owners }: Host,
  options: PlanOptions,
): ContainerStep | undefined {
  const { name } = declared;
  const wanted = options.complete(declared.request);
  const compared = comparable(wanted);
  const digest = declarationDigest(compared, options.key);
  const { profiles } = options;
  const base = {
    kind: 'container',
    name,
    changes: [],
    declared,
    wanted,
    digest,
    ...(profiles && { profiles }),
  } as const;
  const isReplaced = [nextName(name), previousName(name)].some((other) => isOf(byName.get(other), name));
  // Under another name it would be created twice.
  const found =
    byName.get(name) ?? (isReplaced ? undefined : containers.find((record) => isOf(record, name)));
  if (!found) return { ...base, action: isReplaced ? 'recreate' : 'create' };
  const { id, request } = found;
  const secrets = new Set([...(request.secretEnv ?? []), ...(wanted.secretEnv ?? [])]);
  const originOf = (option: string) => declared.originOf(option) ?? declared.origin;
  const changes = changesOf(comparable(request), compared, {
    applies: (difference) => applies(difference, wanted, factsOf(found)),
    optionOf: (difference) => containerOption(difference, secrets),
    originOf,
    isSecret: ({ path: [field, key = ''], before, after }) =>
      ((field === 'env' || field === 'labels') && (secrets.has(key) || options.isSecretName(key))) ||
      hasText([before, after], (text) => options.isSecretText(text)),
    wordOf: (path, value) =>
      path.join('.') === 'network.detached' ? networkWord(found, value) : wordOf(path, value),
  });
  if (found.name !== name) changes.push({ Field: 'name', From: found.name, To: name, Applies: 'now' });
  const image = images.get(wanted.image);
  const isSameTag = canonicalReference(request.image) === canonicalReference(wanted.image);
  if (image !== undefined && image !== found.draft.image.id && isSameTag)
    changes.push({
      Field: 'image',
      From: found.draft.image.id,
      To: image,
      Applies: applies({ path: ['image'] }, wanted),
    });
  if (!isOf(found, name)) {
    if (changes.length === 0) return { ...base, id, action: 'adopt' };
    throw new Error(foreignProblem(name, changes.map(({ Field }) => Field).join(', ')));
  }
  const onRemove = found.draft.labels[labels.onRemove];
  if (onRemove !== declared.onRemove)
    changes.push({ Field: 'onRemove', From: onRemove, To: declared.onRemove, Applies: 'now' });
  const policy = policyChanges(policyBefore(declared, options.before), declared);
  const joined = joinChanges(wanted, found, { byName, originOf, ...owners });
  const replanned = (outdated?.get(id) ?? []).map(replannedChange);
  const all = [...changes, ...joined, ...replanned];
  if (all.length > 0) {
    const action = actionOf[dearest(all.map(({ Applies }) => Applies))];
    const isDrift =
      found.draft.labels[labels.declaration] === digest && changes.some(isOfHand) && !isStopped(found);
    const isAtWork = declared.schedule !== undefined && action !== 'change' && isRunning(found);
    return {
      ...base,
      id,
      action,
      changes: all,
      policy,
      isDrift,
      isReplanned: replanned.length > 0,
      ...(isAtWork && { held: atWork }),
    };
  }
  const step = { ...base, id, policy };
  if (isOf(byName.get(previousName(name)), name)) return { ...step, action: 'recreate' };
  // Its schedule starts it.
  if (declared.schedule === undefined && isDue(found))
    return { ...step, action: 'start', isDrift: found.stoppedByUser && !isStopped(found) };
  return policy.length > 0 ? { ...step, action: 'change' } : undefined;
}

const atWork = 'it runs by its schedule: it is changed once it has ended';

function isRunning({ state }: ContainerRecord): boolean {
  return state.status === 'running';
}

/** The network of its mode, or nothing if it was disconnected from it. */
function networkWord({ draft }: ContainerRecord, isDetached: unknown): string | undefined {
  return isDetached === true ? undefined : draft.network.mode;
}

/** A newer image is nobody's change of the container. */
function isOfHand({ Field, From }: { Field: string; From?: unknown }): boolean {
  return !(Field === 'image' && String(From).startsWith('sha256:'));
}

const actionOf = { now: 'change', restart: 'restart', upgrade: 'upgrade', recreate: 'recreate' } as const;

function isOf(record: ContainerRecord | undefined, name: string): boolean {
  return record?.draft.labels[labels.declared] === name;
}

/**
 * It has never run, has been stopped, or was cut off when the host went down; one that has ended by itself has done its
 * work.
 */
function isDue({ state, stoppedByUser }: ContainerRecord): boolean {
  if (state.status === 'created') return true;
  return state.status === 'exited' && (stoppedByUser || state.unseenEnd === true);
}

/** By the agent, for a change that it has not finished. */
function isStopped({ draft }: ContainerRecord): boolean {
  return labels.stopped in draft.labels;
}

function planRemoval(record: ContainerRecord, known: ReadonlySet<string>): ContainerStep[] {
  const { id, name, draft, state } = record;
  const declaredName = draft.labels[labels.declared];
  if (declaredName === undefined || known.has(declaredName)) return [];
  const onRemove = draft.labels[labels.onRemove] ?? 'remove';
  if (onRemove === 'keep') return [];
  if (onRemove === 'stop')
    return state.status === 'running' ? [{ kind: 'container', name, id, action: 'stop', changes: [] }] : [];
  return [{ kind: 'container', name, id, action: 'remove', changes: [] }];
}

function foreignProblem(name: string, fields: string): string {
  return `a container of this name was made by hand, and differs: ${fields} (\`pouch adopt ${name}\` prints its declaration; its help has the option that takes it over as it is)`;
}

function problemOf({ name, origin }: DeclaredContainer, error: unknown): string {
  const { message, hint } = toPouchError(error);
  const where = origin === undefined ? '' : `${origin}: `;
  return `${where}containers.${name}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
