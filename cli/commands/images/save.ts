import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync, type WriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { write } from '../../streams/write.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'references or ids')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action((refs: string[], { output }: { output?: string }) =>
      output === undefined ? saveToStdout(session, refs) : saveToFile(session, refs, output),
    );
}

async function saveToStdout(session: Session, refs: string[]): Promise<void> {
  const { stdout } = session.terminal;
  if (stdout.isTTY) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      'a tar archive is not for a terminal',
      'add -o FILE, or redirect stdout',
    );
  }
  for await (const chunk of await session.client.images.save(refs)) await write(stdout, chunk as Buffer);
}

/** Under another name until it is complete: a cut archive must not look like a whole one. */
async function saveToFile(session: Session, refs: string[], path: string): Promise<void> {
  const temporary = `${path}.part-${process.pid}`;
  const file = await openNew(temporary, path);
  try {
    await pipeline(await session.client.images.save(refs), file);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function openNew(temporary: string, path: string): Promise<WriteStream> {
  const file = createWriteStream(temporary, { mode: 0o600 });
  try {
    await once(file, 'open');
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `-o, --output: cannot write "${path}": ${(error as Error).message}`,
      'name a file in a directory that exists and that you may write to',
    );
  }
  return file;
}
