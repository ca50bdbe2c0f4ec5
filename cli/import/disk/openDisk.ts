import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type BlockReader, FileReader } from './BlockReader.ts';
import { type DiskFormat, diskFormat } from './diskFormat.ts';
import { diskInvalid } from './diskError.ts';
import { requireTool, toolFailed } from '../sources/toolOutput.ts';

/** An open disk. It must be closed. */
export interface Disk extends BlockReader {
  /** Format of the image itself. */
  format: DiskFormat | 'raw';
  close(): Promise<void>;
}

/** Milliseconds that qemu-img may take. */
const convertWithinMs = 6 * 3_600_000;

const qemuImg = { command: 'qemu-img', package: 'qemu-utils' };

/**
 * Opens a disk image. Other formats than raw are converted into a temporary file that has no name, so that none of it
 * can stay.
 * @throws PCH_TOOL_MISSING, PCH_NOT_SUPPORTED, PCH_DISK_FULL
 */
export async function openDisk(path: string): Promise<Disk> {
  const file = await open(path);
  try {
    const image = new FileReader(file, (await file.stat()).size);
    const format = await diskFormat(image);
    if (format === undefined) return closing(file, image.size, 'raw');
    const converted = await convert(path, format);
    await file.close();
    return converted;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function convert(path: string, format: DiskFormat): Promise<Disk> {
  const program = await requireTool(qemuImg);
  const size = await virtualSize(program, path, format);
  const raw = await unnamedFile();
  try {
    await raw.truncate(size);
    const args = ['convert', '-n', '--target-is-zero', '-f', format, '-O', 'raw'];
    await run(program, [...args, imageName(path), '/proc/self/fd/3'], raw);
    return closing(raw, size, format);
  } catch (error) {
    await raw.close();
    throw error;
  }
}

async function virtualSize(program: string, path: string, format: DiskFormat): Promise<number> {
  const text = await run(program, ['info', '--output=json', '-f', format, imageName(path)]);
  const size = (JSON.parse(text) as { 'virtual-size'?: unknown })['virtual-size'];
  if (typeof size === 'number' && size > 0) return size;
  throw diskInvalid('it has no size');
}

/** QEMU takes names such as `json:…` and `nbd:…` for other things than files. */
function imageName(path: string): string {
  return `file:${resolve(path)}`;
}

async function run(program: string, args: string[], file?: FileHandle): Promise<string> {
  try {
    return await outputOf(program, args, file);
  } catch (error) {
    throw toolFailed(qemuImg, (error as Error).message);
  }
}

/** The file is descriptor 3 of the program. */
function outputOf(program: string, args: string[], file?: FileHandle): Promise<string> {
  const stdio = ['ignore', 'pipe', 'pipe', ...(file ? [file.fd] : [])] as const;
  const child = spawn(program, args, { stdio: [...stdio], timeout: convertWithinMs });
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      output.then(([out, err]) => {
        if (code === 0) resolve(out);
        else reject(new Error(err.trim().slice(0, 300) || `exit code ${code ?? signal}`));
      }, reject);
    });
  });
}

/** Returns an open file without a name. */
async function unnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `pouch-import-${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

function closing(file: FileHandle, size: number, format: Disk['format']): Disk {
  const reader = new FileReader(file, size);
  return { size, format, read: (offset, length) => reader.read(offset, length), close: () => file.close() };
}
