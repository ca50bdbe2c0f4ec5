import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import type { ContainerDraft, ExecDraft } from '../draft.ts';
import type { ContainerRecord } from '../engine.ts';

const draftSchema = Type.Object({ id: Type.String(), name: Type.String() }, { additionalProperties: true });

/** A container that is about to start, or has stopped. */
export interface ContainerMoment {
  container: ContainerRecord;
  /** Path of its network namespace; empty for the host's. */
  netns: string;
}

export const container = Object.freeze({
  preCreate: defineHook<ContainerDraft>()({
    name: 'container.preCreate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a container is made: change what was asked for. Runs in `pouch plan` too, so it must touch nothing.',
    input: draftSchema,
    fixed: ['id', 'name', 'image'],
  }),
  selectRuntime: defineHook<ContainerDraft, string>()({
    name: 'container.selectRuntime',
    kind: 'bail',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Answers the name of the runtime when the request names none; the first answer wins, the default is pouchd.yaml’s.',
    input: draftSchema,
    answer: Type.String({ minLength: 1 }),
  }),
  spec: defineHook<ContainerDraft>()({
    name: 'container.spec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'The runtime is chosen: change mounts, namespaces, capabilities and effects of the final spec. Pure, as preCreate.',
    input: draftSchema,
    fixed: ['id', 'name', 'image', 'runtime'],
  }),
  preExec: defineHook<ExecDraft>()({
    name: 'container.preExec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Before a process is started in a running container.',
    input: draftSchema,
    fixed: ['container'],
  }),
  prestart: defineHook<ContainerMoment>()({
    name: 'container.prestart',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Namespaces and network exist, the container’s init has not run.',
    input: draftSchema,
  }),
  poststop: defineHook<ContainerMoment>()({
    name: 'container.poststop',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Once per stop, also when the daemon was down at the time.',
    input: draftSchema,
  }),
  postCreate: defineHook<ContainerMoment>()({
    name: 'container.postCreate',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container exists.',
    input: draftSchema,
  }),
  poststart: defineHook<ContainerMoment>()({
    name: 'container.poststart',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container’s init runs.',
    input: draftSchema,
  }),
  postRemove: defineHook<ContainerMoment>()({
    name: 'container.postRemove',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The container and all it had is gone.',
    input: draftSchema,
  }),
});
