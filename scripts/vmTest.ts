/**
 * `npm run test:vm`: runs containers of runc, crun and runlxc in a VM with cgroup v2 and systemd, which this host may
 * not have. Without KVM (POUCH_VM_ACCEL=kvm) it takes a quarter of an hour, so `npm test` does not include it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { bootstrapPackages, installMissing, vmPackages } from './lib/debian.ts';
import { runScript, SetupError } from './lib/SetupError.ts';
import { boot } from './vm/boot.ts';
import { makeDisk } from './vm/disk.ts';

await runScript(async () => {
  if (process.getuid?.() !== 0)
    throw new SetupError('The build of the VM disk needs root: run sudo npm run test:vm');
  await installMissing([...bootstrapPackages, ...vmPackages]);
  await execa('node', ['--import', 'tsx', 'scripts/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const interrupted = interruption();
  const directory = await mkdtemp(join(tmpdir(), 'pouch-vm-'));
  try {
    return await report(boot(await makeDisk(directory, interrupted), interrupted));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

/** Aborted by Ctrl-C or SIGTERM, so that the script cleans up before it exits. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => controller.abort(new SetupError(`Interrupted by ${name}.`)));
  return controller.signal;
}

/** Prints the lines of the checks. Returns the exit code. */
async function report(lines: AsyncIterable<string>): Promise<number> {
  const total = { passed: 0, failed: 0 };
  let isComplete = false;
  for await (const line of lines) {
    console.log(line);
    if (line.startsWith('ok ')) total.passed += 1;
    if (line.startsWith('not ok ')) total.failed += 1;
    isComplete ||= line === 'end';
  }
  if (!isComplete) throw new SetupError('The VM ended before its checks were complete.');
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
