import type { ContainerSummary } from '../../../../client/wire.ts';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { shownCommand } from './command.ts';
import { richFields } from './config.ts';
import { mountPoints } from './mounts.ts';
import { endpoints, networkMode, portSummaries } from './networks.ts';
import { statusText } from './status.ts';
import { unixSeconds } from './time.ts';

/** One entry of `GET /containers/json`. */
export function toSummary(record: ContainerRecord, now: number): ContainerSummary {
  const { draft, request } = record;
  const { Rich, RichMode } = richFields(record);
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: request.image,
    ImageID: draft.image.id,
    Command: shownCommand(record),
    Created: unixSeconds(record.createdAt),
    Ports: portSummaries(record),
    Labels: draft.labels,
    State: record.state.status,
    Status: statusText(record, now),
    HostConfig: { NetworkMode: networkMode(record) },
    NetworkSettings: { Networks: endpoints(record) },
    Mounts: mountPoints(record),
    Runtime: draft.runtime,
    ...(Rich ? { Rich, RichMode } : {}),
    ...runFields(record),
    ...(record.degraded.length > 0 ? { Degraded: true } : {}),
  };
}

/** Of a container that runs. */
function runFields({ state }: ContainerRecord): Pick<ContainerSummary, 'Readiness' | 'StartedAt'> {
  if (!['running', 'paused'].includes(state.status)) return {};
  const { readiness, startedAt } = state;
  return {
    StartedAt: unixSeconds(startedAt),
    ...(readiness && {
      Readiness: {
        State: readiness.state,
        FailedUnits: readiness.failedUnits,
        ...(readiness.users !== undefined && { Users: readiness.users }),
      },
    }),
  };
}
