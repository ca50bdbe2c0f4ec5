import { conflictingOptions } from '../../errors.ts';
import { ownInstallation } from '../../installation.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { createScaffold } from '../../scaffold/createScaffold.ts';
import { type Language, languages } from '../../scaffold/scaffoldOptions.ts';
import type { Session } from '../../Session.ts';

interface Flags extends Partial<Record<Language, boolean>> {
  dir: string;
  pouch?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name of the plugin and of its new folder')
    .option('--ts', 'TypeScript (default)')
    .option('--js', 'JavaScript')
    .option('--python', 'Python: an executable')
    .option('--shell', 'Shell with jq: an executable')
    .option('--oci-hook', 'OCI hook in shell with jq, and its file for hooks.d')
    .option('--dir <folder>', 'Folder for the new one', '.')
    .option('--pouch <package>', 'What npm installs the package pouch from (default: this installation)')
    .action(async (name: string, flags: Flags) => {
      const [language = 'ts', second] = languages.filter((one) => flags[one]);
      if (second)
        throw conflictingOptions(`${optionOf(language)} and ${optionOf(second)} exclude each other`);
      const pouch = flags.pouch ?? (await installed());
      const { folder, files } = await createScaffold({ name, language, parent: flags.dir, pouch });
      session.print(`Created ${folder}: ${files.join(', ')}`);
      session.print('README.md has the commands that test and deploy it.');
    });
}

function optionOf(language: Language): string {
  return language === 'ociHook' ? '--oci-hook' : `--${language}`;
}

/** A daemon's host has all of Pouch; where only the command is, the newest version has to be named. */
async function installed(): Promise<string> {
  const root = await ownInstallation('testing');
  return root === undefined ? '*' : `file:${root}`;
}
