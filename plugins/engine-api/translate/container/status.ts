import type { ContainerRecord } from '../../../../hooks/index.ts';
import { humanDuration } from './time.ts';

/** The STATUS column of `docker ps`: `Up 3 seconds`, `Exited (0) 5 minutes ago`. */
export function statusText(record: ContainerRecord, now: number): string {
  const { status, exitCode, startedAt, finishedAt } = record.state;
  const ending = endingText(record);
  const degraded = record.degraded.length > 0 ? ' (degraded)' : '';
  switch (status) {
    case 'running':
      return `Up ${since(startedAt, now)}${readinessText(record)}${healthText(record)}${degraded}`;
    case 'paused':
      return `Up ${since(startedAt, now)} (Paused)`;
    case 'restarting':
      return `Restarting (${exitCode}) ${since(finishedAt, now)} ago${ending}`;
    case 'exited':
      return `Exited (${exitCode}) ${since(finishedAt, now)} ago${ending}${degraded}`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return record.damage ? `Damaged: ${record.damage.problem}` : 'Dead';
    case 'created':
      return `Created${degraded}`;
  }
}

/** Failed units that are named. */
const mostNamed = 2;

function readinessText({ state: { readiness } }: ContainerRecord): string {
  if (!readiness) return '';
  const { state, failedUnits, reason } = readiness;
  const named = failedUnits.slice(0, mostNamed).join(', ');
  const more = failedUnits.length > mostNamed ? ` and ${failedUnits.length - mostNamed} more` : '';
  const why = state === 'degraded' ? `${named}${more}` : (reason ?? '');
  return why === '' ? ` (${state})` : ` (${state}: ${why})`;
}

/** In Docker's words, which scripts look for. */
function healthText({ state: { health } }: ContainerRecord): string {
  if (!health) return '';
  return health.status === 'starting' ? ' (health: starting)' : ` (${health.status})`;
}

function endingText({ state: { ending } }: ContainerRecord): string {
  if (ending === undefined) return '';
  return ending === 'poweroff' ? ' (powered off)' : ' (rebooted)';
}

function since(time: string, now: number): string {
  const start = Date.parse(time);
  return humanDuration(Number.isNaN(start) ? 0 : Math.max(0, now - start));
}
