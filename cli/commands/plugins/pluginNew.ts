import { conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { createScaffold, ownInstallation } from '../../scaffold/createScaffold.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  ts?: boolean;
  js?: boolean;
  dir: string;
  pouch?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name of the plugin and of its new folder')
    .option('--ts', 'TypeScript (default)')
    .option('--js', 'JavaScript')
    .option('--dir <folder>', 'Folder for the new one', '.')
    .option('--pouch <package>', 'What npm installs the package pouch from (default: this installation)')
    .action(async (name: string, { ts, js, dir, pouch }: Flags) => {
      if (ts && js) throw conflictingOptions('--ts and --js exclude each other');
      const { folder, files } = await createScaffold({
        name,
        language: js ? 'js' : 'ts',
        parent: dir,
        pouch: pouch ?? (await installed()),
      });
      session.print(`Created ${folder}: ${files.join(', ')}`);
      session.print(`Next: cd ${folder} && npm install && npm test`);
    });
}

/** A daemon's host has all of Pouch; where only the command is, the newest version has to be named. */
async function installed(): Promise<string> {
  const root = (await ownInstallation(process.execPath)) ?? (await ownInstallation(process.argv[1] ?? '.'));
  return root === undefined ? '*' : `file:${root}`;
}
