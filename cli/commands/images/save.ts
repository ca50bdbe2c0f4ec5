import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync, type WriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { write } from '../../streams/write.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'References or IDs')
    .option('-o, --output <file>', 'Write to a file, instead of STDOUT')
    .action((refs: string[], { output }: { output?: string }) =>
      output === undefined ? saveToStdout(session, refs) : saveToFile(session, refs, output),
    );
}

async function saveToStdout(session: Session, refs: string[]): Promise<void> {
  const { stdout } = session.terminal;
  if (stdout.isTTY) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a file or pipe on stdout, found a terminal',
      'use -o FILE, or redirect stdout',
    );
  }
  for await (const chunk of await session.client.images.save(refs)) await write(stdout, chunk as Buffer);
}

/** Writes under a temporary name until complete: a truncated archive must not look whole. */
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
      'use a path in an existing directory that you may write to',
    );
  }
  return file;
}
