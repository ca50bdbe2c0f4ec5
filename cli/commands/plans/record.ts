import { writeFile } from 'node:fs/promises';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-o, --output <file>', 'Write to a file instead of STDOUT')
    .addHelpText(
      'after',
      '\nSecrets are masked. `pouch plugin replay` plans the container again from the file.',
    )
    .action(async (ref: string, { output }: { output?: string }) => {
      const recording = JSON.stringify(await session.client.pouch.record(ref), null, 1);
      if (output === undefined) session.print(recording);
      else await write(output, `${recording}\n`);
    });
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CliError('PCH_OPTION_INVALID', `--output ${path}: ${(error as Error).message}`);
  }
}
