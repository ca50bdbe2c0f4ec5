import { parseTimestamp } from '../../parse/time.ts';
import { parseInteger } from '../../../client/options/number.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { copyOutput } from '../../streams/copyOutput.ts';

interface Flags {
  follow?: boolean;
  timestamps?: boolean;
  tail: string;
  since?: string;
  until?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-f, --follow', 'Follow log output')
    .option('-t, --timestamps', 'Show timestamps')
    .option('-n, --tail <lines>', 'Number of lines to show from the end of the logs', 'all')
    .option('--since <time>', 'Show logs since a timestamp or a relative time (10m)')
    .option('--until <time>', 'Show logs before a timestamp or a relative time (10m)')
    .action((ref: string, flags: Flags) => show(session, ref, flags));
}

async function show(session: Session, ref: string, flags: Flags): Promise<void> {
  const { containers } = session.client;
  const options = {
    stdout: true,
    stderr: true,
    follow: flags.follow === true,
    timestamps: flags.timestamps === true,
    tail: flags.tail === 'all' ? 'all' : String(parseInteger('-n, --tail', flags.tail, { minimum: 0 })),
    ...(flags.since !== undefined && { since: parseTimestamp('--since', flags.since) }),
    ...(flags.until !== undefined && { until: parseTimestamp('--until', flags.until) }),
  };
  // Only containers without a tty have frames; older servers do not send the content type with the log.
  const [container, log] = await Promise.all([containers.inspect(ref), containers.logs(ref, options)]);
  await copyOutput(log, container.Config.Tty === true, session.terminal);
}
