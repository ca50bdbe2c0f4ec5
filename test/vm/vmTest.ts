/**
 * `npm run test:vm [-- checks | matrix]`: runs containers of runc, crun and runlxc in a VM with cgroup v2 and systemd,
 * which this host may not have, and writes the matrix of rich modes there to docs/reference/rich-matrix-v2.md. Without
 * KVM (POUCH_VM_ACCEL=kvm) the checks alone take a quarter of an hour, so `npm test` does not include it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { bootstrapPackages, installMissing, runtimePackages, vmPackages } from '../../scripts/lib/debian.ts';
import { writeGenerated } from '../../scripts/lib/generated.ts';
import { runScript, SetupError } from '../../scripts/lib/SetupError.ts';
import { matrixImages } from '../matrix/images.ts';
import type { Findings } from '../matrix/measure.ts';
import { matrixPage } from '../matrix/page.ts';
import { provideDebian } from '../support/debianImage.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { accelerator, boot } from './boot.ts';
import { makeDisk, type Part } from './disk.ts';

const output = 'docs/reference/rich-matrix-v2.md';

await runScript(async () => {
  if (process.getuid?.() !== 0)
    throw new SetupError('The build of the VM disk needs root: run sudo npm run test:vm');
  await installMissing([...bootstrapPackages, ...runtimePackages, ...vmPackages]);
  await execa('node', ['--import', 'tsx', 'scripts/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const interrupted = interruption();
  const parts = partsOf(process.argv[2]);
  const directory = await mkdtemp(join(tmpdir(), 'pouch-vm-'));
  try {
    if (parts.includes('matrix')) await saveImages(join(directory, 'images'));
    return await report(boot(await makeDisk(directory, parts, interrupted), interrupted));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

function partsOf(word: string | undefined): Part[] {
  if (word === undefined) return ['checks', 'matrix'];
  if (word === 'checks' || word === 'matrix') return [word];
  throw new SetupError(`expected checks, matrix or nothing, found ${word}`);
}

/** Saves the images of the matrix, which a daemon of this host bootstraps, to a directory. */
async function saveImages(directory: string): Promise<void> {
  const daemon = await TestPouchd.create();
  try {
    await mkdir(directory);
    for (const [name, image] of Object.entries(matrixImages)) {
      await provideDebian(daemon, image);
      const { reference } = image;
      const { exitCode, stderr } = await daemon.pouch(
        'save',
        '-o',
        join(directory, `${name}.tar`),
        reference,
      );
      if (exitCode !== 0) throw new SetupError(`The image ${reference} was not saved: ${stderr}`);
    }
  } finally {
    await daemon.dispose();
  }
}

/** Aborted by Ctrl-C or SIGTERM, so that the script cleans up before it exits. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => controller.abort(new SetupError(`Interrupted by ${name}.`)));
  return controller.signal;
}

/** Prints the lines of the checks, and writes the page of the matrix. Returns the exit code. */
async function report(lines: AsyncIterable<string>): Promise<number> {
  const total = { passed: 0, failed: 0 };
  const rows: Findings[] = [];
  let [isComplete, host] = [false, ''];
  for await (const line of lines) {
    const [word, rest = ''] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
    if (word === 'row') rows.push(JSON.parse(rest) as Findings);
    else console.log(line);
    if (word === 'host') host = accelerator === 'kvm' ? rest : `${rest}, emulated by QEMU`;
    if (line.startsWith('ok ')) total.passed += 1;
    if (line.startsWith('not ok ')) total.failed += 1;
    isComplete ||= line === 'end';
  }
  if (!isComplete) throw new SetupError('The VM ended before its checks were complete.');
  if (rows.length > 0)
    await writeGenerated({ [output]: matrixPage({ command: 'npm run test:vm', host, rows }) });
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
