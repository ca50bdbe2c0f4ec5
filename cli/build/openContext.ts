/** What `pouch build` sends. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError } from '../errors.ts';
import { readExcludes } from './excludes.ts';
import { packContext, packDockerfile } from './packContext.ts';

export interface BuildContext {
  tar: Readable;
  /** In the context; undefined for the default. */
  dockerfile: string | undefined;
}

/**
 * @param source - a directory, or `-` for stdin with a tar or a Dockerfile
 * @param dockerfile - path of the Dockerfile on this host, or `-` for stdin; with a tar, in that
 */
export async function openContext(
  source: string,
  dockerfile: string | undefined,
  stdin: NodeJS.ReadStream,
): Promise<BuildContext> {
  if (source === '-') return await fromStdin(stdin, dockerfile);
  if (/^(https?:|git:|git@|ssh:|github\.com\/)/.test(source))
    throw new CliError(
      'PCH_NOT_SUPPORTED',
      `cannot build ${source}: expected a directory, or - for stdin`,
      'download it, and build the directory',
    );
  const directory = resolve(source);
  await requireDirectory(directory, source);
  const place = await dockerfilePlace(directory, dockerfile, stdin);
  const excludes = await readExcludes(directory, place.name);
  const extra = place.text === undefined ? undefined : { name: place.name, text: place.text };
  return { tar: packContext(directory, excludes, extra), dockerfile: place.name };
}

async function requireDirectory(directory: string, source: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new CliError(
    'PCH_OPTION_INVALID',
    `cannot build "${source}": it is not a directory`,
    'name the directory with the files of the image; - reads a tar or a Dockerfile from stdin',
  );
}

/** `text` is that of a file outside of the directory, which is sent along under a name of its own. */
async function dockerfilePlace(
  directory: string,
  dockerfile: string | undefined,
  stdin: NodeJS.ReadStream,
): Promise<{ name: string; text?: string }> {
  if (dockerfile === undefined) return { name: 'Dockerfile' };
  const own = () => `.dockerfile.${randomBytes(10).toString('hex')}`;
  if (dockerfile === '-') return { name: own(), text: await text(stdin) };
  const path = resolve(dockerfile);
  const name = relative(directory, path);
  if (name !== '..' && !name.startsWith(`..${sep}`)) return { name };
  try {
    return { name: own(), text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `-f, --file: cannot read "${dockerfile}": ${(error as Error).message}`,
    );
  }
}

/** Bytes by which archives differ from text. */
const headBytes = 512;

async function fromStdin(stdin: NodeJS.ReadStream, dockerfile: string | undefined): Promise<BuildContext> {
  if (stdin.isTTY)
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a tar or a Dockerfile on stdin, found a terminal',
      'redirect stdin',
    );
  const head = await headOf(stdin);
  stdin.unshift(head);
  if (isArchive(head)) return { tar: stdin, dockerfile };
  return { tar: packDockerfile(await text(stdin)), dockerfile: undefined };
}

async function headOf(stdin: Readable): Promise<Buffer> {
  for (;;) {
    const bytes = (stdin.read(headBytes) ?? (stdin.readableEnded ? Buffer.alloc(0) : null)) as Buffer | null;
    if (bytes) return bytes;
    await Promise.race([once(stdin, 'readable'), once(stdin, 'end')]);
  }
}

/** tar, gzip, bzip2, xz, zstd. */
function isArchive(head: Buffer): boolean {
  const begins = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (head.toString('latin1', 257, 262) === 'ustar') return true;
  return (
    begins(0x1f, 0x8b) ||
    begins(0x42, 0x5a, 0x68) ||
    begins(0xfd, 0x37, 0x7a, 0x58, 0x5a) ||
    begins(0x28, 0xb5, 0x2f, 0xfd)
  );
}
