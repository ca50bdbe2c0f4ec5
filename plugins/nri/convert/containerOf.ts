/** A container as NRI has it: from its draft, and from its record once it exists. */
import {
  type ContainerDraft,
  type ContainerRecord,
  type ContainerStatus,
  type OciHookKind,
  ociHookKinds,
} from '../../../hooks/index.ts';
import { type Container, ContainerState, type DeepPartial, type Hooks, type PodSandbox } from '../gen/nri.ts';
import { defined, resourcesOf } from './resourcesOf.ts';

/** What every event is about. */
export interface Subject {
  readonly pod: DeepPartial<PodSandbox>;
  readonly container: DeepPartial<Container>;
}

export function subjectOfRecord(record: ContainerRecord): Subject {
  const { draft, state, createdAt } = record;
  const subject = subjectOfDraft(draft);
  return {
    pod: { ...subject.pod, pid: state.pid },
    container: {
      ...subject.container,
      state: stateOf[state.status],
      pid: state.pid,
      createdAt: nanoseconds(createdAt),
      startedAt: nanoseconds(state.startedAt),
      finishedAt: nanoseconds(state.finishedAt),
      exitCode: state.exitCode,
      ...(state.oomKilled && { statusReason: 'OOMKilled' }),
      statusMessage: state.error,
    },
  };
}

/** Each container is the only one of a pod of its own. */
export function subjectOfDraft(draft: ContainerDraft): Subject {
  const { id, name, labels, annotations, cgroupsPath, runtime } = draft;
  const pod = {
    id,
    name,
    uid: id,
    namespace: 'pouch',
    labels: { ...labels },
    annotations: { ...annotations },
    runtimeHandler: runtime,
    linux: {
      cgroupsPath,
      cgroupParent: cgroupsPath.slice(0, cgroupsPath.lastIndexOf('/')),
      namespaces: namespacesOf(draft),
    },
  };
  return { pod, container: containerOf(draft) };
}

function containerOf(draft: ContainerDraft): DeepPartial<Container> {
  const { id, name, labels, annotations, process } = draft;
  return {
    id,
    podSandboxId: id,
    name,
    labels: { ...labels },
    annotations: { ...annotations },
    args: [...process.entrypoint, ...process.command],
    env: Object.entries(process.env).map(([key, value]) => `${key}=${value}`),
    mounts: Object.entries(draft.mounts).map(([destination, { type, source, options }]) => ({
      destination,
      type,
      source,
      options: [...options],
    })),
    hooks: hooksOf(draft),
    linux: linuxOf(draft),
    rlimits: Object.entries(process.rlimits).map(([type, { soft, hard }]) => ({
      type,
      soft: unsigned(soft),
      hard: unsigned(hard),
    })),
    CDIDevices: Object.keys(draft.cdiDevices).map((device) => ({ name: device })),
  };
}

function linuxOf(draft: ContainerDraft): DeepPartial<Container>['linux'] {
  return {
    namespaces: namespacesOf(draft),
    devices: Object.entries(draft.devices).map(([path, { type, major, minor, fileMode, uid, gid }]) => ({
      path,
      type,
      major: BigInt(major),
      minor: BigInt(minor),
      ...defined('fileMode', fileMode),
      ...defined('uid', uid),
      ...defined('gid', gid),
    })),
    resources: resourcesOf(draft.resources),
    ...defined(
      'oomScoreAdj',
      draft.process.oomScoreAdj === undefined ? undefined : BigInt(draft.process.oomScoreAdj),
    ),
    cgroupsPath: draft.cgroupsPath,
    sysctl: { ...draft.sysctls },
  };
}

function namespacesOf({ namespaces }: ContainerDraft): { type: string; path: string }[] {
  return Object.entries(namespaces).map(([type, path]) => ({ type, path }));
}

/** OCI's name of each kind and NRI's are the same. */
function hooksOf({ ociHooks }: ContainerDraft): DeepPartial<Hooks> {
  const of = (wanted: OciHookKind) =>
    Object.values(ociHooks)
      .filter(({ kind }) => kind === wanted)
      .map(({ path, args = [], env = [], timeout }) => ({
        path,
        args: [...args],
        env: [...env],
        ...defined('timeout', timeout === undefined ? undefined : BigInt(timeout)),
      }));
  return Object.fromEntries(ociHookKinds.map((kind) => [kind, of(kind)]));
}

const stateOf: Readonly<Record<ContainerStatus, ContainerState>> = {
  created: ContainerState.CONTAINER_CREATED,
  running: ContainerState.CONTAINER_RUNNING,
  paused: ContainerState.CONTAINER_PAUSED,
  restarting: ContainerState.CONTAINER_STOPPED,
  removing: ContainerState.CONTAINER_STOPPED,
  exited: ContainerState.CONTAINER_STOPPED,
  dead: ContainerState.CONTAINER_STOPPED,
};

function nanoseconds(time: string): bigint {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0n : BigInt(ms) * 1_000_000n;
}

/** -1 is unlimited here; there, RLIM_INFINITY (getrlimit(2)). */
function unsigned(limit: number): bigint {
  return BigInt.asUintN(64, BigInt(limit));
}
