import type {
  ContainerInspect,
  ContainerStateWire,
  ReadinessWire,
  SnapshotScheduleWire,
  SnapshotWire,
} from '../../../../client/wire.ts';
import {
  type BootReadiness,
  type ContainerRecord,
  type Damage,
  healthOf,
  type RootSnapshot,
  type SnapshotSchedule,
} from '../../../../hooks/index.ts';
import { type ClientKind, otherClient } from '../../http/clientKind.ts';
import { allInNamesOf, degradedInNamesOf, inNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { containerConfig } from './config.ts';
import { hostConfig } from './hostConfig.ts';
import { mountPoints } from './mounts.ts';
import { networkSettings } from './networks.ts';
import { orNever } from './time.ts';

/** Response of `GET /containers/{id}/json`. */
export function toInspect(record: ContainerRecord, client = otherClient): ContainerInspect {
  const [path = '', ...args] = [...record.draft.process.entrypoint, ...record.draft.process.command];
  return {
    Id: record.id,
    Created: record.createdAt,
    Path: path,
    Args: args,
    State: stateOf(record, client),
    Image: record.draft.image.id,
    ResolvConfPath: record.paths.resolvConf,
    HostnamePath: record.paths.hostname,
    HostsPath: record.paths.hosts,
    LogPath: record.paths.log,
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlayfs',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: hostConfig(record),
    GraphDriver: { Name: 'overlayfs', Data: null },
    Mounts: mountPoints(record),
    Config: containerConfig(record),
    NetworkSettings: networkSettings(record),
    ...(record.updates ? { Blame: record.updates } : {}),
    ...(record.degraded.length > 0 ? { Degraded: degradedInNamesOf(client, record.degraded) } : {}),
    ...(record.logDelivery ? { LogDelivery: deliveryOf(record.logDelivery) } : {}),
    ...rootFields(record),
    ...(record.damage ? { Damage: damageOf(record.damage) } : {}),
    ...warningsField(record, client),
  };
}

function rootFields({
  snapshots = [],
  snapshotSchedule,
  images,
  rollback,
}: ContainerRecord): Pick<ContainerInspect, 'Snapshots' | 'SnapshotSchedule' | 'Images' | 'Rollback'> {
  return {
    ...(snapshots.length > 0 && { Snapshots: snapshots.map(toSnapshot) }),
    ...(snapshotSchedule && { SnapshotSchedule: toSchedule(snapshotSchedule) }),
    ...(images && { Images: images }),
    ...(rollback && {
      Rollback: { image: rollback.image, at: rollback.at, onTrial: rollback.trial !== undefined },
    }),
  };
}

/** The key in containerd is nothing that a client could use. */
export function toSnapshot({ name, createdAt, image, cause }: RootSnapshot): SnapshotWire {
  return { name, createdAt, image, cause };
}

function toSchedule({ schedule, keepScheduled, next, problem }: SnapshotSchedule): SnapshotScheduleWire {
  return {
    schedule,
    keep: keepScheduled,
    ...(next !== undefined && { next }),
    ...(problem !== undefined && { problem }),
  };
}

function damageOf({ path, problem, hint }: Damage): ContainerInspect['Damage'] {
  return { Path: path, Problem: problem, Hint: hint };
}

function deliveryOf({
  waiting,
  lost,
  problem,
}: NonNullable<ContainerRecord['logDelivery']>): ContainerInspect['LogDelivery'] {
  return { Waiting: waiting, Lost: lost, ...(problem !== undefined && { Problem: problem }) };
}

/** Those of the plan, and what its services do not get. */
function warningsField(record: ContainerRecord, client: ClientKind): { Warnings?: string[] } {
  const { warnings, state, snapshotSchedule } = record;
  const failed = snapshotSchedule?.problem;
  const all = [
    ...allInNamesOf(client, warnings),
    ...(state.readiness?.warnings ?? []),
    ...(failed === undefined ? [] : [`the scheduled snapshot failed at ${failed}`]),
  ];
  return all.length > 0 ? { Warnings: all } : {};
}

/** Docker's tools look at it, for example to start what depends on a container. */
function healthField(state: ContainerRecord['state']): Pick<ContainerStateWire, 'Health'> {
  const status = healthOf(state);
  if (status === 'none') return {};
  const { failingStreak = status === 'unhealthy' ? 1 : 0, log = [], action } = state.health ?? {};
  const results = log.map(({ start, end, exitCode, output }) => ({
    Start: start,
    End: end,
    ExitCode: exitCode,
    Output: output,
  }));
  const acted = action && { OnFailure: { Action: action.name, At: action.at } };
  return { Health: { Status: status, FailingStreak: failingStreak, Log: results, ...acted } };
}

function readinessOf(readiness: BootReadiness): ReadinessWire {
  const { state, failedUnits, reason, warnings, since } = readiness;
  return {
    State: state,
    FailedUnits: failedUnits,
    ...(reason && { Reason: reason }),
    ...(warnings && { Warnings: warnings }),
    Since: since,
  };
}

function stateOf({ state }: ContainerRecord, client: ClientKind): ContainerStateWire {
  const { status } = state;
  return {
    Status: status,
    Running: status === 'running' || status === 'paused' || status === 'restarting',
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: status === 'dead',
    Pid: state.pid,
    ExitCode: state.exitCode,
    ...(state.ending && { Ending: state.ending }),
    ...healthField(state),
    ...(state.readiness && { Readiness: readinessOf(state.readiness) }),
    Error: inNamesOf(client, state.error),
    StartedAt: orNever(state.startedAt),
    FinishedAt: orNever(state.finishedAt),
  };
}
