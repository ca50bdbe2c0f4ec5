import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { optionError } from '../../client/options/OptionError.ts';

/** Bytes of the largest file. */
const longest = 16 * 1024 * 1024;

/**
 * The text of a file; `-` is stdin.
 * @throws PCH_OPTION_INVALID for a file that cannot be read, or is too large
 */
export async function readInput(file: string, stdin: Readable): Promise<string> {
  if (file === '-') return await textOf(file, stdin);
  try {
    const handle = await open(file);
    return await textOf(file, handle.createReadStream());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'PCH_OPTION_INVALID') throw error;
    throw optionError('FILE', `cannot read "${file}": ${message}`);
  }
}

async function textOf(file: string, stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longest)
      throw optionError('FILE', `expected at most ${longest / 1024 ** 2} MiB, found more in "${file}"`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
