import { conflictingOptions, invalidOption } from '../../../client/options/OptionError.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  name?: string;
  schedule?: string;
  keep?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--name <name>', 'Name of the snapshot (default: by the time)')
    .option(
      '--schedule <times>',
      'Take snapshots by themselves instead, from now on: "every 6h", or "0 3 * * *"',
    )
    .option('--keep <number>', 'How many snapshots of the schedule stay (default 7)')
    .addHelpText(
      'after',
      `
A running container is frozen meanwhile. Volumes and other mounts are not part of a snapshot.
Times of a schedule are: every NUMBER and m, h, d or w; five fields as of crontab(5), in the time of the daemon's host.
pouch snapshot rm --schedule CONTAINER ends it.`,
    )
    .action(async (ref: string, flags: Flags) => {
      const { name, schedule } = flags;
      if (schedule !== undefined)
        return await session.client.snapshots.schedule(ref, scheduleOf(schedule, flags));
      if (flags.keep !== undefined) throw conflictingOptions('--keep needs --schedule');
      const made = await session.client.snapshots.create(ref, name === undefined ? {} : { name });
      session.print(made.name);
    });
}

function scheduleOf(Schedule: string, { name, keep }: Flags) {
  if (name !== undefined) throw conflictingOptions('--name and --schedule exclude each other');
  if (keep === undefined) return { Schedule };
  if (!/^\d{1,4}$/.test(keep)) throw invalidOption('--keep', 'a number', keep);
  return { Schedule, Keep: Number(keep) };
}
