import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Milliseconds. */
const deadline = 60_000;

/** Bytes on the disk, by du(1). */
export async function sizeOfTree(path: string): Promise<number> {
  const { stdout } = await promisify(execFile)('du', ['-sx', '--block-size=1', '--', path], {
    timeout: deadline,
  });
  return Number(stdout.split('\t')[0]);
}
