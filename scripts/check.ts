/** `npm run check`: static checks of the sources. Prints the output of failed checks. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { execa } from 'execa';
import PQueue from 'p-queue';

const root = resolve(import.meta.dirname, '..');

/** Slowest first, as they run concurrently. */
const checks = {
  'lint (eslint)': ['eslint', '--max-warnings', '0', '.'],
  'types (tsc)': ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc.json'],
  // Fails if an exported declaration has no comment; writes docs/api, whose links test/unit/docs checks.
  'API comments (typedoc)': ['typedoc', '--options', 'docs/typedoc.json', '--logLevel', 'Warn'],
  'imports (dependency-cruiser)': ['depcruise', '--output-type', 'err', '.'],
  'unused code (knip)': ['knip'],
  'format (prettier)': ['prettier', '--check', '--log-level', 'warn', '.'],
  'wording (scripts/words)': ['node', '--import', 'tsx', 'scripts/words.ts'],
  'generated docs': ['node', '--import', 'tsx', 'scripts/docs.ts', '--check'],
} satisfies Record<string, [string, ...string[]]>;

await execa('node', ['--import', 'tsx', 'scripts/generateProtos.ts'], { cwd: root, stdio: 'inherit' });

const lanes = new PQueue({ concurrency: Math.min(availableParallelism(), 4) });
const outcomes = await Promise.all(
  Object.entries(checks).map(async ([name, command]) => lanes.add(async () => check(name, command))),
);
const failed = outcomes.filter((isGood) => !isGood).length;
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${outcomes.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(name: string, [file = '', ...args]: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const ran = await execa(file, args, {
    cwd: root,
    preferLocal: true,
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: 300_000,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${ran.failed ? '✗' : '✓'} ${name}, ${seconds} s`);
  if (ran.failed) console.log(ran.all || ran.shortMessage);
  return !ran.failed;
}
