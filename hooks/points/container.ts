import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import type { ContainerDraft, ExecDraft } from '../draft.ts';
import type { ContainerRecord } from '../engine.ts';
import type { OciResources } from '../oci.ts';
import type { RestartPolicy } from '../request.ts';
import { closed, describes, text } from '../schema/describes.ts';
import { containerDraft, execDraft } from '../schema/draft.ts';
import { resources } from '../schema/oci.ts';
import { containerRecord } from '../schema/record.ts';
import { restart } from '../schema/request.ts';

/** A container that is about to start, or has stopped. */
export interface ContainerMoment {
  container: ContainerRecord;
  /** Path of its network namespace; empty for the host's. */
  netns: string;
}

const netns = Type.String({ description: 'Path of its network namespace; empty for the host’s.' });

const containerMoment = describes<ContainerMoment>()(
  closed({ container: containerRecord, netns }, { title: 'ContainerMoment' }),
);

/** What changes in a container that exists. */
export interface UpdateDraft {
  readonly container: string;
  resources: OciResources;
  restart: RestartPolicy;
}

const updateDraft = describes<UpdateDraft>()(
  closed({ container: text, resources, restart }, { title: 'UpdateDraft' }),
);

/** A container that gets another image under its data. */
export interface UpgradeDraft {
  readonly container: string;
  /** Reference of the image that it has. */
  readonly from: string;
  /** Reference of the image that it gets. */
  to: string;
}

const upgradeDraft = describes<UpgradeDraft>()(
  closed({ container: text, from: text, to: text }, { title: 'UpgradeDraft' }),
);

/** A container after an update; what it had before. */
export interface ContainerUpdated extends ContainerMoment {
  before: { resources: OciResources; restart: RestartPolicy };
}

const containerUpdated = describes<ContainerUpdated>()(
  closed(
    { container: containerRecord, netns, before: closed({ resources, restart }) },
    { title: 'ContainerUpdated' },
  ),
);

/** A container after an upgrade; the reference of the image it had before. */
export interface ContainerUpgraded extends ContainerMoment {
  from: string;
}

const containerUpgraded = describes<ContainerUpgraded>()(
  closed({ container: containerRecord, netns, from: text }, { title: 'ContainerUpgraded' }),
);

export const container = Object.freeze({
  preCreate: defineHook<ContainerDraft>()({
    name: 'container.preCreate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a container is made: change what was asked for. Runs in `pouch plan` too, so it must touch nothing.',
    input: containerDraft,
    fixed: ['id', 'name', 'image'],
  }),
  selectRuntime: defineHook<ContainerDraft, string>()({
    name: 'container.selectRuntime',
    kind: 'bail',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Answers the name of the runtime when the request names none; the first answer wins, the default is pouchd.yaml’s.',
    input: containerDraft,
    answer: Type.String({ minLength: 1 }),
  }),
  spec: defineHook<ContainerDraft>()({
    name: 'container.spec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'The runtime is chosen: change mounts, namespaces, capabilities and effects of the final spec. Pure, as preCreate.',
    input: containerDraft,
    fixed: ['id', 'name', 'image', 'runtime'],
  }),
  preExec: defineHook<ExecDraft>()({
    name: 'container.preExec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a process is started in a running container.',
    input: execDraft,
    fixed: ['container'],
  }),
  preUpdate: defineHook<UpdateDraft>()({
    name: 'container.preUpdate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before the limits or the restart policy of a container change.',
    input: updateDraft,
    fixed: ['container'],
  }),
  preUpgrade: defineHook<UpgradeDraft>()({
    name: 'container.preUpgrade',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a container gets another image under the data that it has written.',
    input: upgradeDraft,
    fixed: ['container', 'from'],
  }),
  prestart: defineHook<ContainerMoment>()({
    name: 'container.prestart',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Namespaces and network exist, the container’s init has not run.',
    input: containerMoment,
  }),
  poststop: defineHook<ContainerMoment>()({
    name: 'container.poststop',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Once per stop, also when the daemon was down at the time.',
    input: containerMoment,
  }),
  postCreate: defineHook<ContainerMoment>()({
    name: 'container.postCreate',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container exists.',
    input: containerMoment,
  }),
  poststart: defineHook<ContainerMoment>()({
    name: 'container.poststart',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container’s init runs.',
    input: containerMoment,
  }),
  postUpdate: defineHook<ContainerUpdated>()({
    name: 'container.postUpdate',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container has its new limits and restart policy.',
    input: containerUpdated,
  }),
  postUpgrade: defineHook<ContainerUpgraded>()({
    name: 'container.postUpgrade',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container has its new image.',
    input: containerUpgraded,
  }),
  postRemove: defineHook<ContainerMoment>()({
    name: 'container.postRemove',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container and all it had is gone.',
    input: containerMoment,
  }),
});
