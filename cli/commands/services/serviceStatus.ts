import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { serviceRow } from '../../services/serviceRow.ts';
import type { Session } from '../../Session.ts';

/** Exit code for a service that does not run: that of systemctl and of LSB's init scripts. */
const notRunning = 3;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<service>', 'Name, as `pouch svc ls` lists it')
    .option('--format <format>', 'Format output: json, or a Go template such as {{.State}}')
    .action(async (ref: string, name: string, { format }: { format?: string }) => {
      const service = await session.client.services.inspect(ref, name);
      const row = serviceRow(service);
      if (format === undefined) printStatus(session, row);
      else printListing(session, { columns: [], rows: [row], key: 'Name' }, { format });
      session.exitCode = ['running', 'exited'].includes(service.state) ? 0 : notRunning;
    });
}

function printStatus(session: Session, row: ReturnType<typeof serviceRow>): void {
  const { Name, State, Enabled, PID, Since, SinceAt, Description } = row;
  session.print(Description === '' ? Name : `${Name} - ${Description}`);
  session.print(`  State:   ${State}${SinceAt === '' ? '' : ` since ${SinceAt} (${Since})`}`);
  session.print(`  Enabled: ${Enabled}`);
  if (PID !== '') session.print(`  PID:     ${PID} in the container`);
}
