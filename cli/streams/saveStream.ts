import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../errors.ts';
import type { Session } from '../Session.ts';
import { write } from './write.ts';

/** Writes an archive to a file, or to stdout if that is not a terminal. */
export async function saveStream(
  session: Session,
  open: () => Promise<Readable>,
  path: string | undefined,
): Promise<void> {
  if (path === undefined) await saveToStdout(session, open);
  else await saveToFile(open, path);
}

async function saveToStdout(session: Session, open: () => Promise<Readable>): Promise<void> {
  const { stdout } = session.terminal;
  if (stdout.isTTY) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a file or pipe on stdout, found a terminal',
      'use -o FILE, or redirect stdout',
    );
  }
  for await (const chunk of await open()) await write(stdout, chunk as Buffer);
}

/** Writes under a temporary name until complete: a truncated archive must not look whole. */
async function saveToFile(open: () => Promise<Readable>, path: string): Promise<void> {
  const temporary = `${path}.part-${process.pid}`;
  const file = await openNew(temporary, path);
  try {
    await pipeline(await open(), file);
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
