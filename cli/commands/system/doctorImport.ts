import { reportOf } from '../../import/examine/report.ts';
import { reportLines } from '../../import/examine/reportLines.ts';
import { openSource } from '../../import/sources/openSource.ts';
import type { SourceFlags } from '../../import/sources/rootfsSource.ts';
import { paletteFor } from '../../output/colour.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags extends SourceFlags {
  image?: string;
  json?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<source>', 'Root file system, as for pouch import')
    .option('--partition <number>', 'Partition of a disk image')
    .option('--sudo', 'Read the files of a host by sudo there')
    .option('--image <reference>', 'Name that the image will have, for the printed commands')
    .option('--json', 'Print the report as JSON')
    .action(async (name: string, flags: Omit<Flags, 'exclude'>) => {
      const { terminal } = session;
      const source = await openSource(terminal, name, { ...flags, exclude: [] });
      try {
        const report = reportOf(name, await source.examine(), flags.image ?? 'imported:1');
        if (flags.json) session.print(JSON.stringify(report, null, 2));
        else
          for (const line of reportLines(report, paletteFor(terminal.stdout, terminal.env)))
            session.print(line);
      } finally {
        await source.close();
      }
    });
}
