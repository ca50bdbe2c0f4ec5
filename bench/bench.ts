/**
 * `npm run bench`: compares Pouch with docker, podman and ctr in one run on one host, and reports which of its targets
 * are met. docs/guides/performance.md explains the results.
 */
import { runScript } from '../scripts/lib/SetupError.ts';
import { cases } from './cases/index.ts';
import { parseOptions, usage } from './options.ts';
import { chosenCases, runCases } from './runCases.ts';
import { insideSandbox, runInSandbox } from './sandbox/sandbox.ts';

await runScript(async () => {
  const args = process.argv.slice(2);
  const options = parseOptions(
    args,
    cases.map(({ name }) => name),
  );
  if (options.help) return print(usage);
  if (options.list) return print(cases.map(({ name, about }) => `${name.padEnd(12)}${about}\n`).join(''));
  const dir = insideSandbox();
  if (dir !== undefined) return await runCases(dir, options);
  for (const { prepare } of chosenCases(options)) await prepare?.();
  return await runInSandbox(import.meta.filename, args, options);
});

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
