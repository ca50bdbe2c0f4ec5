import { existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { findLeaks } from './leaks.ts';
import type { Result } from './ResultReporter.ts';

const root = resolve(import.meta.dirname, '../..');

/** Milliseconds beyond the requested time, as a round that has begun runs to its end. */
const graceMs = 10 * 60_000;

/** Runs rounds of test/torture. Leftovers on the host count as a failure. */
export async function runTorture(args: readonly string[]): Promise<Result> {
  console.log('\n== torture');
  let result: Result = { passed: 0, failures: [] };
  const left = await findLeaks(async (workDir) => void (result = await play(args, workDir)));
  if (left.length > 0)
    result.failures.push(
      `Expected no leftovers on the host after the torture, found:\n  ${left.join('\n  ')}`,
    );
  return result;
}

async function play(args: readonly string[], workDir: string): Promise<Result> {
  const resultFile = `${workDir}.result`;
  const minutes = Number(args[1] ?? 3);
  const ran = await execa('node', ['--import', 'tsx', 'test/torture/main.ts', ...args], {
    cwd: root,
    env: { TMPDIR: workDir, POUCH_TEST_RESULT: resultFile },
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    timeout: Number.isFinite(minutes) ? minutes * 60_000 + graceMs : graceMs,
    forceKillAfterDelay: 5_000,
  });
  if (!existsSync(resultFile))
    return { passed: 0, failures: [`The torture ended early (${ran.shortMessage})`] };
  const result = JSON.parse(readFileSync(resultFile, 'utf8')) as Result;
  rmSync(resultFile);
  return result;
}
