/** Reads untrusted regular files, which may change meanwhile. */
import { constants, fstatSync, openSync, readSync, statfsSync } from 'node:fs';
import type { FileKind } from '../../../hooks/files.ts';
import { kindOf } from '../fileKind.ts';
import { handlePath, using } from './openInside.ts';

const chunkBytes = 64 * 1024;

/**
 * File systems of the kernel (linux/magic.h), where opening or reading a regular file can have effects. In order:
 * proc, sysfs, debugfs, tracefs, cgroup, cgroup2, securityfs, configfs, bpf, selinuxfs, pstore, efivarfs.
 */
export const kernelFileSystems: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x27e0eb, 0x63677270, 0x73636673, 0x62656570, 0xcafe4a11,
  0xf97cff8c, 0x6165676c, 0xde5e81e4,
]);

const names: Record<FileKind, string> = {
  file: 'a regular file',
  directory: 'a directory',
  block: 'a block device',
  character: 'a character device',
  fifo: 'a FIFO',
  socket: 'a socket',
  other: 'a file of another kind',
};

/**
 * Reads the text of a handle's (O_PATH) file. The limit applies to the bytes read, so it holds for a file that grows
 * or reports a wrong size. `refused` is a message.
 */
export function readText(
  handle: number,
  path: string,
  maxBytes: number,
): { text: string } | { refused: string } {
  const found = readBytes(handle, path, maxBytes);
  return 'bytes' in found ? { text: found.bytes.toString() } : found;
}

/** The same, of content in any encoding. */
export function readBytes(
  handle: number,
  path: string,
  maxBytes: number,
): { bytes: Buffer } | { refused: string } {
  const refused = refusal(handle, path);
  if (refused !== undefined) return { refused };
  const bytes = using(reopen(handle), (file) => readUpTo(file, maxBytes + 1));
  if (bytes.length > maxBytes)
    return { refused: `expected at most ${maxBytes} bytes in ${path}, found more` };
  return { bytes };
}

/** Returns why the file must not be opened; undefined if it may. */
function refusal(handle: number, path: string): string | undefined {
  const kind = kindOf(fstatSync(handle));
  if (kind !== 'file') return `expected a regular file at ${path}, found ${names[kind]}`;
  if (!kernelFileSystems.has(statfsSync(handlePath(handle)).type)) return undefined;
  return `expected a regular file at ${path}, found one of a kernel file system such as /proc`;
}

/** Opens the file of a handle (O_PATH) to be read. The caller has looked at its kind. */
export function reopen(handle: number): number {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  return openSync(handlePath(handle), O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

function readUpTo(file: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < maxBytes) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, maxBytes - total));
    const size = readSync(file, chunk);
    if (size === 0) break;
    chunks.push(chunk.subarray(0, size));
    total += size;
  }
  return Buffer.concat(chunks);
}
