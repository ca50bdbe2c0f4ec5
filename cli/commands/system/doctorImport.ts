import { progressView } from '../../images/showProgress.ts';
import type { Examined } from '../../import/examine/finding.ts';
import { reportOf } from '../../import/examine/report.ts';
import { reportLines } from '../../import/examine/reportLines.ts';
import { openSource } from '../../import/sources/openSource.ts';
import type { RootfsSource, SourceFlags } from '../../import/sources/rootfsSource.ts';
import { paletteFor } from '../../output/colour.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session, Terminal } from '../../Session.ts';

interface Flags extends SourceFlags {
  image?: string;
  json?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<source>', 'Root file system, as for pouch import')
    .option('--partition <name>', 'Partition of a disk image, or VG/LV')
    .option('--subvolume <path>', 'Subvolume of btrfs: @')
    .option('--sudo', 'Read the files of a host by sudo there')
    .option('--image <reference>', 'Name that the image will have, for the printed commands')
    .option('--json', 'Print the report as JSON')
    .action(async (name: string, flags: Omit<Flags, 'exclude'>) => {
      const { terminal } = session;
      const report = reportOf(name, await examined(terminal, name, flags), flags.image ?? 'imported:1');
      if (flags.json) session.print(JSON.stringify(report, null, 2));
      else
        for (const line of reportLines(report, paletteFor(terminal.stdout, terminal.env)))
          session.print(line);
    });
}

/** Progress is for a terminal: the report alone is for stdout. */
async function examined(terminal: Terminal, name: string, flags: Omit<Flags, 'exclude'>): Promise<Examined> {
  const view = progressView({ stream: terminal.stderr, quiet: !terminal.stderr.isTTY });
  let source: RootfsSource | undefined;
  try {
    source = await openSource(terminal, name, { ...flags, exclude: [] }, view.update);
    return await source.examine();
  } finally {
    view.end();
    await source?.close();
  }
}
