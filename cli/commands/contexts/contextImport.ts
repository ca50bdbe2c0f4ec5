import { createReadStream } from 'node:fs';
import { unpackContext } from '../../context/archive.ts';
import { checkIsNew, writeContext } from '../../context/store.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name of the new context')
    .argument('<file>', 'Exported context of Pouch or Docker')
    .action(async (name: string, file: string) => {
      const { env, stdin } = session.terminal;
      checkIsNew(env, name);
      const source = file === '-' ? stdin : createReadStream(file);
      writeContext(env, await unpackContext(name, readable(source as AsyncIterable<Buffer>)));
      session.print(name);
      session.warn(`Successfully imported context "${name}"`);
    });
}

async function* readable(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    throw new CliError('PCH_OPTION_INVALID', `expected a readable file, found ${(error as Error).message}`);
  }
}
