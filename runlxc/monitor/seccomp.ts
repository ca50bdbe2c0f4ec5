import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RunlxcError } from '../cli/error.ts';
import type { Seccomp } from '../spec/types.ts';
import { seccompPlan } from '../translate/seccomp.ts';
import { monitorPath } from './programs.ts';

/** Compiles a filter to DIR/seccomp.bpf, which every process of the container loads. */
export async function compileSeccomp(seccomp: Seccomp, dir: string): Promise<void> {
  const rules = join(dir, 'seccomp.rules');
  const target = join(dir, 'seccomp.bpf');
  // The monitor opens the file before it has content.
  writeFileSync(target, '', { mode: 0o600 });
  writeFileSync(rules, seccompPlan(seccomp).encode(), { mode: 0o600 });
  try {
    await promisify(execFile)(monitorPath(), ['seccomp', rules, target], { env: {} });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new RunlxcError(stderr.trim() || `linux.seccomp: ${(error as Error).message}`, { cause: error });
  }
}
