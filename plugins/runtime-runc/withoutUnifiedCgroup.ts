import { writeFile } from 'node:fs/promises';

/** The kernel reads no more of a script's first line, with `#!` and the line's end (execve(2), BINPRM_BUF_SIZE). */
const longestLine = 255;

/** What a script that hides the v2 hierarchy from a runtime is made of; paths are absolute. */
export interface Hidden {
  /** native/without-unified-cgroup.c, compiled; its path has no blanks. */
  interpreter: string;
  /** The runtime, e.g. /usr/bin/crun. */
  runtime: string;
  /** Where the script is to be. */
  script: string;
}

/**
 * Writes an executable that has a runtime's command line and runs it where it does not see the cgroup v2 hierarchy of a
 * hybrid host. It is a script of one line without a shell, so it costs half a millisecond.
 * @throws Error if the paths are too long for the kernel, or the interpreter's has a blank
 */
export async function writeWithoutUnifiedCgroup({ interpreter, runtime, script }: Hidden): Promise<void> {
  const line = `#!${interpreter} ${runtime}\n`;
  if (/\s/.test(interpreter) || Buffer.byteLength(line) > longestLine)
    throw new Error(`the kernel cannot run a script by this line: ${line.trim()}`);
  await writeFile(script, line, { mode: 0o755 });
}
