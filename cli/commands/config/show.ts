import { runPouchd } from '../../config/runPouchd.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
Prints what a pouchd would have after it has read the files now; \`pouch status\` shows whether the running one has. Secrets are
masked, and references are printed in the place of their values.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[file]', 'Main file (default $POUCHD_CONFIG, or /etc/pouch/pouchd.yaml)')
    .option('--origins', 'Print the file and line, the variable or the default that each value is from')
    .option('--format <format>', 'Format output: yaml or json', 'yaml')
    .addHelpText('after', help)
    .action(async (file: string | undefined, { origins = false, format }: Flags) => {
      if (format !== 'yaml' && format !== 'json')
        throw new CliError(
          'PCH_OPTION_INVALID',
          `--format: expected yaml or json, found "${format}"`,
          'leave it out for yaml',
        );
      const noOrigins = origins ? [] : ['--no-origins'];
      await runPouchd(session, file, '--print-config', '--format', format, ...noOrigins);
    });
}

interface Flags {
  origins?: boolean;
  format: string;
}
