import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { SetupError } from './SetupError.ts';

/**
 * Compiles a C file to a static executable, unless a newer one exists.
 * @throws SetupError without a compiler, or with the compiler's output
 */
export async function compileStatic(source: string, output: string): Promise<void> {
  if (existsSync(output) && statSync(output).mtimeMs > statSync(source).mtimeMs) return;
  mkdirSync(dirname(output), { recursive: true });
  const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O2', '-static', '-s'];
  const ran = await execa('gcc', [...flags, '-o', output, source], {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: 60_000,
  });
  if (ran.failed) throw new SetupError(`gcc cannot compile ${source}: ${ran.all || ran.shortMessage}`);
}
