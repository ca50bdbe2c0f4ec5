import type { NewEndpoint } from '../../../hooks/index.ts';
import type { AgentAction, AgentChange, AgentObjectKind } from '../../../client/wire.ts';
import type { ContainerRequest, Profile } from '../../../hooks/index.ts';
import type {
  DeclaredContainer,
  DeclaredImage,
  DeclaredNetwork,
  DeclaredVolume,
} from '../declare/declared.ts';

interface StepOf<Kind extends AgentObjectKind, Declared> {
  readonly kind: Kind;
  readonly name: string;
  readonly action: AgentAction;
  readonly changes: readonly AgentChange[];
  /** Missing for what is no longer declared. */
  readonly declared?: Declared;
  /** Why it is not done. */
  readonly held?: string;
  /** Somebody has changed the object since its declaration was applied. */
  readonly isDrift?: boolean;
  /** What has changed of the options by which the agent treats the object, which it does not have itself. */
  readonly policy?: readonly AgentChange[];
}

export type ImageStep = StepOf<'image', DeclaredImage>;
/** A declared container that runs on a network. */
export interface NetworkUser {
  readonly id: string;
  /** What it has there as it is declared; missing: it leaves the network. */
  readonly endpoint?: NewEndpoint;
}

export interface NetworkStep extends StepOf<'network', DeclaredNetwork> {
  /** Containers that the network is replaced under. */
  readonly users?: readonly NetworkUser[];
}

export type VolumeStep = StepOf<'volume', DeclaredVolume>;

export interface ContainerStep extends StepOf<'container', DeclaredContainer> {
  /** Of a container that exists. */
  readonly id?: string;
  /** The request of the declaration with what its profiles add. */
  readonly wanted?: ContainerRequest;
  /** In place of those of pouchd.yaml that are in force. */
  readonly profiles?: readonly Profile[];
  /** A digest of the declaration with its profiles, for the label. */
  readonly digest?: string;
  /** Among the changes are those of a new plan, with other plugins or settings of pouchd.yaml. */
  readonly isReplanned?: boolean;
}

/** What is to be done to one object. */
export type Step = ImageStep | NetworkStep | VolumeStep | ContainerStep;

/** The steps to what is declared, and what keeps objects from it. */
export interface HostPlan {
  readonly steps: readonly Step[];
  readonly problems: readonly ObjectProblem[];
  /** What a reader has to know beside them. */
  readonly notes?: readonly string[];
}

/** Why an object cannot be as it is declared. */
export interface ObjectProblem {
  readonly kind: AgentObjectKind;
  readonly name: string;
  /** With `FILE:LINE`. */
  readonly problem: string;
}

/** All that has changed of an object and of its treatment. */
export function allChanges({ changes, policy = [] }: Pick<Step, 'changes' | 'policy'>): AgentChange[] {
  return [...changes, ...policy];
}

/** Whether the object stays as it is. */
export function leavesObject({ action, changes }: Step): boolean {
  return action === 'change' && changes.length === 0;
}

/** What identifies an object among those of all kinds: `container/web`. */
export function keyOf({ kind, name }: Pick<Step, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}
