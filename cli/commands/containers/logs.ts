import { parseMoment } from '../../parse/time.ts';
import { parseInteger } from '../../parse/number.ts';
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
    .argument('<container>', 'name or id')
    .option('-f, --follow', 'go on with what comes')
    .option('-t, --timestamps', 'with the time of each line')
    .option('-n, --tail <lines>', 'lines from the end, or all', 'all')
    .option('--since <time>', 'only after a time, or a duration before now (10m)')
    .option('--until <time>', 'only before a time')
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
    ...(flags.since !== undefined && { since: parseMoment('--since', flags.since) }),
    ...(flags.until !== undefined && { until: parseMoment('--until', flags.until) }),
  };
  // Whether there are frames depends on the tty; old servers do not say it with the log.
  const [container, log] = await Promise.all([containers.inspect(ref), containers.logs(ref, options)]);
  await copyOutput(log, container.Config.Tty === true, session.terminal);
}
