import { createReadStream } from 'node:fs';
import { CliError } from './errors.ts';
import type { Session } from './Session.ts';

interface InputOptions {
  /** What names the file, for errors: `--file`. */
  readonly option: string;
  /** Bytes. */
  readonly largest: number;
}

/** The text of a file; `-` is stdin. @throws CliError PCH_OPTION_INVALID */
export async function readTextInput(
  { terminal }: Session,
  path: string,
  { option, largest }: InputOptions,
): Promise<string> {
  const refused = (text: string) => new CliError('PCH_OPTION_INVALID', `${option}: expected ${text}`);
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
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refused(`UTF-8 text, found other bytes in ${path === '-' ? 'stdin' : path}`);
  }
}
