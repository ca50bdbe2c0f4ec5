import { createReadStream } from 'node:fs';
import type { AgentFile } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../Session.ts';

/** Bytes; the API takes bodies of 1 MiB, and JSON needs more than the text. */
const largest = 512 * 1024;

/** Reads the file of `apply`; `-` is stdin. @throws CliError PCH_OPTION_INVALID */
export async function readDeclarations({ terminal }: Session, path: string): Promise<AgentFile> {
  const Name = path === '-' ? 'stdin' : path;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const source = path === '-' ? terminal.stdin : createReadStream(path);
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > largest) break;
    }
  } catch (error) {
    throw refused(`a readable file, found ${(error as Error).message}`);
  }
  if (size > largest) throw refused(`a file of at most ${largest / 1024} KiB, found a larger one`);
  try {
    return { Name, Text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    throw refused(`UTF-8 text, found other bytes in ${Name}`);
  }
}

function refused(text: string): CliError {
  return new CliError('PCH_OPTION_INVALID', `--file: expected ${text}`);
}
