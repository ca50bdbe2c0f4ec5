/** Builds of a directory with `pouch build`, and what runs of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestPouchd } from './TestPouchd.ts';

export interface BuildPlace {
  d: Pick<TestPouchd, 'pouch'>;
  /** Directory of the context. */
  context: string;
}

/** @param place - called for each build: tests have directories of their own */
export function buildsIn(place: () => BuildPlace) {
  return {
    /** Writes files of the context. */
    async write(files: Readonly<Record<string, string>>): Promise<void> {
      for (const [name, content] of Object.entries(files)) {
        const path = join(place().context, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      }
    },
    /** Resolves to the output of a build, which must succeed. */
    async built(...args: string[]): Promise<string> {
      const { d, context } = place();
      const { exitCode, stdout, stderr } = await d.pouch('build', ...args, context);
      assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
      return stdout;
    },
    /** Resolves to what a command prints in a container of the image. */
    async run(image: string, ...command: string[]): Promise<string> {
      return (await place().d.pouch('run', '--rm', '--network', 'none', image, ...command)).stdout;
    },
  };
}

/** Processes of the host whose command line has these words. */
export function processesWith(...words: string[]): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words.join('\0'));
    } catch {
      return false;
    }
  });
}

/** The header of an ELF program for another platform, with one segment: enough for the kernel to refuse it. */
export const programOfArm64 = elfHeader();

function elfHeader(): Buffer {
  const bytes = Buffer.alloc(120);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const [executable, aarch64, version] = [2, 183, 1];
  bytes.writeUInt16LE(executable, 16);
  bytes.writeUInt16LE(aarch64, 18);
  bytes.writeUInt32LE(version, 20);
  // One program header (64 bytes in) of 56 bytes: PT_LOAD.
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  return bytes;
}
