import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { ContainerDraft, ExecDraft } from '../draft.ts';
import { reservedKeys } from '../draftKeys.ts';
import { ContainerRecord } from '../engine/record.ts';
import { OciResources } from '../oci.ts';
import { Refusal, ValidateInput } from '../policy.ts';
import { RestartPolicy } from '../request.ts';
import { closed, flag, may, text, texts, map } from '../schema.ts';

const netns = Type.String({ description: 'Path of its network namespace; empty for the host’s.' });

/** A container at one moment of its life. */
export const ContainerMoment = closed({ container: ContainerRecord, netns }, { title: 'ContainerMoment' });
export type ContainerMoment = Static<typeof ContainerMoment>;

/** What changes in a container that exists. */
export const UpdateDraft = closed(
  {
    container: Type.Readonly(Type.String({ description: 'The container’s id.' })),
    resources: OciResources,
    restart: RestartPolicy,
    diskQuota: may(
      Type.Integer({
        description: 'Bytes that the container can write to its root file system, if limited.',
      }),
    ),
    labels: map(Type.String()),
    annotations: map(Type.String(), 'For the next start.'),
    process: closed({
      env: map(Type.String(), 'For the next start, and for processes that are started in it from now on.'),
    }),
  },
  { title: 'UpdateDraft' },
);
export type UpdateDraft = Static<typeof UpdateDraft>;

/** A container after an update. */
export const ContainerUpdated = closed(
  {
    container: ContainerRecord,
    netns,
    before: closed(
      { resources: OciResources, restart: RestartPolicy },
      { description: 'The previous values.' },
    ),
  },
  { title: 'ContainerUpdated' },
);
export type ContainerUpdated = Static<typeof ContainerUpdated>;

/** How a container is stopped. */
export const StopDraft = closed(
  {
    container: Type.Readonly(ContainerRecord),
    verb: Type.Readonly(
      Type.Unsafe<'stop' | 'restart'>(
        Type.Union([Type.Literal('stop'), Type.Literal('restart')], {
          description: 'The operation that stops it.',
        }),
      ),
    ),
    signal: Type.String({ minLength: 1, description: 'Name or number: `SIGTERM`, `37`.' }),
    timeoutSeconds: Type.Number({
      description: 'Seconds before SIGKILL follows; negative to wait without limit.',
    }),
  },
  { title: 'StopDraft' },
);
export type StopDraft = Static<typeof StopDraft>;

/** Whether and when a container that has ended starts again. */
export const RestartDraft = closed(
  {
    container: Type.Readonly(ContainerRecord),
    restart: Type.Boolean({ description: 'Whether it starts again; at first what the restart policy says.' }),
    delayMs: Type.Integer({ minimum: 0, description: 'Milliseconds before it starts.' }),
  },
  { title: 'RestartDraft' },
);
export type RestartDraft = Static<typeof RestartDraft>;

/** A removal that was asked for. */
export const ContainerRemoval = closed(
  {
    container: ContainerRecord,
    force: Type.Boolean({ description: 'A running container is killed first.' }),
    volumes: Type.Boolean({ description: 'Its anonymous volumes are removed too.' }),
  },
  { title: 'ContainerRemoval' },
);
export type ContainerRemoval = Static<typeof ContainerRemoval>;

/** A process of `exec` that has ended. */
export const ExecEnded = closed(
  {
    container: ContainerRecord,
    exec: closed({
      id: text,
      args: texts,
      user: Type.String({ description: 'As requested; empty for the container’s own.' }),
      tty: flag,
      privileged: flag,
      exitCode: Type.Integer({ description: '126 or 127 for a process that could not be started.' }),
    }),
  },
  { title: 'ExecEnded' },
);
export type ExecEnded = Static<typeof ExecEnded>;

/** A checkpoint that was asked for. */
export const CheckpointRequest = closed(
  {
    container: ContainerRecord,
    netns,
    name: Type.String({ description: 'Name of the checkpoint.' }),
    leaveRunning: Type.Boolean({ description: 'The container continues after the checkpoint.' }),
  },
  { title: 'CheckpointRequest' },
);
export type CheckpointRequest = Static<typeof CheckpointRequest>;

export const container = Object.freeze({
  preCreate: defineHook<ContainerDraft>()({
    name: 'container.preCreate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before a container is created, and in `pouch plan`: change what the request and the image say. It must not touch the host.',
    input: ContainerDraft,
    fixed: ['id', 'name', 'image'],
    reserved: reservedKeys,
  }),
  selectRuntime: defineHook<ContainerDraft, string>()({
    name: 'container.selectRuntime',
    kind: 'bail',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs after container.preCreate if the request names no runtime. The first tap that returns a name chooses the runtime; if none does, `runtime.default` of pouchd.yaml applies.',
    input: ContainerDraft,
    result: Type.String({ minLength: 1 }),
  }),
  spec: defineHook<ContainerDraft>()({
    name: 'container.spec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs after the runtime is chosen, and in `pouch plan`: change mounts, namespaces, capabilities and effects of the final spec. It must not touch the host.',
    input: ContainerDraft,
    fixed: ['id', 'name', 'image', 'runtime'],
    reserved: reservedKeys,
  }),
  validate: defineHook<ValidateInput, Refusal>()({
    name: 'container.validate',
    kind: 'bail',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs last before a container is created, and in `pouch plan`: sees what the container is going to be and who asked for it. The first tap that returns a refusal ends the operation with PCH_POLICY_DENIED; it can change nothing.',
    input: ValidateInput,
    result: Refusal,
  }),
  postCreate: defineHook<ContainerMoment>()({
    name: 'container.postCreate',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after a container is created.',
    input: ContainerMoment,
  }),
  prestart: defineHook<ContainerMoment>()({
    name: 'container.prestart',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs at each start, when the namespaces and the network exist and the container’s init does not run yet. An error fails the start, which is undone.',
    input: ContainerMoment,
  }),
  poststart: defineHook<ContainerMoment>()({
    name: 'container.poststart',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after the container’s init has started.',
    input: ContainerMoment,
  }),
  preExec: defineHook<ExecDraft>()({
    name: 'container.preExec',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before `exec` starts a process in a running container: change its command, environment, user or capabilities. An error refuses the process.',
    input: ExecDraft,
    fixed: ['container'],
  }),
  postExec: defineHook<ExecEnded>()({
    name: 'container.postExec',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after a process of `exec` has ended, or could not be started. Does not run for a process that outlives pouchd.',
    input: ExecEnded,
  }),
  preUpdate: defineHook<UpdateDraft>()({
    name: 'container.preUpdate',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before the limits, the restart policy, labels, annotations or the environment of a container change: change the new values. An error refuses the update.',
    input: UpdateDraft,
    fixed: ['container'],
  }),
  postUpdate: defineHook<ContainerUpdated>()({
    name: 'container.postUpdate',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after the limits, the restart policy, labels, annotations or the environment of a container have changed.',
    input: ContainerUpdated,
  }),
  preCheckpoint: defineHook<CheckpointRequest>()({
    name: 'container.preCheckpoint',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before a checkpoint of a running container is written: have the application flush its data. An error refuses the checkpoint, and the container continues.',
    input: CheckpointRequest,
  }),
  preStop: defineHook<StopDraft>()({
    name: 'container.preStop',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs before `stop` and `restart` send the stop signal to a running container: change the signal and the grace period. Does not run for `kill` and for a forced removal, which use SIGKILL at once. With `onError: fail` an error refuses the stop.',
    input: StopDraft,
    fixed: ['container', 'verb'],
  }),
  poststop: defineHook<ContainerMoment>()({
    name: 'container.poststop',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs once per stop, also when the container ended while pouchd was down. Runs again only if pouchd is killed while it runs.',
    input: ContainerMoment,
  }),
  restart: defineHook<RestartDraft>()({
    name: 'container.restart',
    kind: 'plan',
    deadlineMs: 5_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after a container ends on its own, or its restart fails: decide whether it starts again, and when. The draft begins with what the restart policy says. Does not run for a container that its user has stopped or that is removed at its end (`autoRemove`). A tap that fails leaves the decision as it was.',
    input: RestartDraft,
    fixed: ['container'],
  }),
  preRemove: defineHook<ContainerRemoval>()({
    name: 'container.preRemove',
    kind: 'apply',
    deadlineMs: 30_000,
    onError: 'fail',
    since: '0.1.0',
    doc: 'Runs before `rm` or `container prune` stops or removes a container. An error refuses the removal, and nothing has changed. Does not run for a container that is removed at its end (`autoRemove`); container.poststop does.',
    input: ContainerRemoval,
  }),
  postRemove: defineHook<ContainerMoment>()({
    name: 'container.postRemove',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs after a container and its files are removed.',
    input: ContainerMoment,
  }),
});
