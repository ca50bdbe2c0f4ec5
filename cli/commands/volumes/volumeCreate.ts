import { Option } from 'commander';
import { parseKeyValues } from '../../../client/options/keyValue.ts';
import { conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  name?: string;
  driver?: string;
  opt: string[];
  label: string[];
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[name]', 'Name (default generated)')
    .option('-d, --driver <name>', 'Volume driver (default "local")')
    .option('-o, --opt <key=value>', 'Option of the volume driver', collect, [])
    .option('--label <key=value>', 'Set metadata for a volume', collect, [])
    // Docker takes the name in this form too.
    .addOption(new Option('--name <name>', 'Name').hideHelp())
    .action(async (argument: string | undefined, { name: named, driver, opt, label }: Flags) => {
      if (argument !== undefined && named !== undefined)
        throw conflictingOptions('a name was given twice', 'leave --name out');
      const name = argument ?? named;
      const volume = await session.client.volumes.create({
        ...(name !== undefined && { Name: name }),
        ...(driver !== undefined && { Driver: driver }),
        ...(opt.length > 0 && { DriverOpts: parseKeyValues('-o, --opt', opt) }),
        Labels: parseKeyValues('--label', label),
      });
      session.print(volume.Name);
    });
}
