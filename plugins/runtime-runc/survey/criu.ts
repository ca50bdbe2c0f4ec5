import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinary } from '../../../hooks/index.ts';
import type { Look } from './survey.ts';

const run = promisify(execFile);

/** In milliseconds; `criu check` takes about 20. */
const deadline = 10_000;

/** Checks that CRIU is installed and works with this kernel, which may be too new for it. */
export async function lookAtCriu(binary = 'criu'): Promise<Look> {
  const look = { name: 'CRIU', feature: 'checkpoint' } as const;
  const path = await findBinary(binary);
  if (path === undefined)
    return { ...look, ok: false, found: 'criu is not installed', mend: 'apt-get install criu' };
  const version = await versionOf(path);
  const failure = await check(path);
  if (failure === undefined) return { ...look, ok: true, found: `${path} ${version}` };
  const found = `${path} ${version} does not work with this kernel: ${failure}`;
  return {
    ...look,
    ok: false,
    found,
    mend: `install a newer CRIU; \`${path} check\` reports whether it works`,
  };
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: deadline }).catch(() => ({ stdout: '' }));
  return /Version: (\S+)/.exec(stdout)?.[1] ?? '';
}

/** The last line is the summary. */
async function check(path: string): Promise<string | undefined> {
  try {
    await run(path, ['check'], { timeout: deadline });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return (
      stderr
        .trim()
        .split('\n')
        .find((line) => line.includes('Error')) ?? message
    );
  }
}
