import type { EventMessage } from '../../../client/index.ts';
import { parseTemplate } from '../../output/template.ts';
import { parseFilters } from '../../parse/filters.ts';
import { parseTimestamp } from '../../parse/time.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  since?: string;
  until?: string;
  filter: string[];
  format?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--since <time>', 'Show all events created since a timestamp or a relative time (10m)')
    .option('--until <time>', 'Stream events until this timestamp')
    .option('-f, --filter <key=value>', 'Filters: type, event, container, image, label', collect, [])
    .option('--format <format>', 'Format output: json, or a Go template such as {{.Action}}')
    .action((flags: Flags) => follow(session, flags));
}

async function follow(session: Session, flags: Flags): Promise<void> {
  const render = renderer(flags.format);
  const events = await session.client.system.events({
    filters: parseFilters(flags.filter),
    ...(flags.since !== undefined && { since: parseTimestamp('--since', flags.since) }),
    ...(flags.until !== undefined && { until: parseTimestamp('--until', flags.until) }),
  });
  for await (const event of events) session.print(render(event));
}

function renderer(format: string | undefined): (event: EventMessage) => string {
  if (format === 'json') return JSON.stringify;
  return format === undefined ? eventLine : parseTemplate(format);
}

/** `2026-01-31T10:00:00.123Z container start ID (image=debian, name=web)`. */
function eventLine({ timeNano, time, Type, Action, Actor }: EventMessage): string {
  const moment = new Date(timeNano ? timeNano / 1e6 : time * 1000).toISOString();
  const attributes = Object.entries(Actor.Attributes ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  return `${moment} ${Type} ${Action} ${Actor.ID}${attributes ? ` (${attributes})` : ''}`;
}
