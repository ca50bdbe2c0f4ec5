import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['DEVICE', 'Device'],
  ['HOST', 'Host'],
  ['ACCESS', 'Access'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-q, --quiet', 'Only display paths in the container')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Host}}')
    .action(async (ref: string, flags: Flags) => {
      const { HostConfig } = await session.client.containers.inspect(ref);
      const rows = (HostConfig.Devices ?? []).map((device) => ({
        Device: device.PathInContainer,
        Host: device.PathOnHost,
        Access: device.CgroupPermissions,
      }));
      printListing(session, { columns, rows, key: 'Device' }, flags);
    });
}
