import { parseInteger } from '../../client/options/number.ts';
import { parseTimestamp } from '../parse/time.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import type { Session } from '../Session.ts';
import { copyOutput } from '../streams/copyOutput.ts';

export interface LogFlags {
  follow?: boolean;
  timestamps?: boolean;
  tail: string;
  details?: boolean;
  since?: string;
  until?: string;
  /** A service of the container, instead of the container. */
  unit?: string;
}

/** The options of commands that print a log. */
export function addLogOptions(command: PouchCommand): PouchCommand {
  return command
    .option('-f, --follow', 'Follow log output')
    .option('-t, --timestamps', 'Show timestamps')
    .option('-n, --tail <lines>', 'Number of lines to show from the end of the logs', 'all')
    .option('--since <time>', 'Show logs since a timestamp or a relative time (10m)')
    .option('--until <time>', 'Show logs before a timestamp or a relative time (10m)');
}

/** Prints the log of a container, or of one of its services, to stdout and stderr. */
export async function showLogs(session: Session, ref: string, flags: LogFlags): Promise<void> {
  const { containers } = session.client;
  const options = {
    stdout: true,
    stderr: true,
    follow: flags.follow === true,
    timestamps: flags.timestamps === true,
    ...(flags.details === true && { details: true }),
    tail: flags.tail === 'all' ? 'all' : String(parseInteger('-n, --tail', flags.tail, { minimum: 0 })),
    ...(flags.since !== undefined && { since: parseTimestamp('--since', flags.since) }),
    ...(flags.until !== undefined && { until: parseTimestamp('--until', flags.until) }),
    ...(flags.unit !== undefined && { unit: flags.unit }),
  };
  // Only containers without a tty have frames; older servers do not send the content type with the log.
  const [container, log] = await Promise.all([containers.inspect(ref), containers.logs(ref, options)]);
  await copyOutput(log, container.Config.Tty === true, session.terminal);
}
