import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { busyboxRootfs, busyboxSpec } from '../../test/integration/support/busybox.ts';
import { interleaved, type Series, timed } from '../measure.ts';
import { limitTarget, ratioTarget } from '../target.ts';
import type { Bench, Case, Findings } from './case.ts';

const runlxc = resolve(import.meta.dirname, '../../bin/runlxc');

/** The runtimes without a daemon or a shim. */
export const runtimeRun: Case = {
  name: 'runtime-run',
  about: 'runc run and runlxc run of the same bundle with busybox true, and the memory of a runlxc monitor',
  async measure({ dir, options: { runs } }: Bench): Promise<Findings> {
    const bundle = join(dir, 'runtime-bundle');
    await busyboxRootfs(join(bundle, 'rootfs'));
    await writeSpec(bundle, ['true']);
    const series = await interleaved(
      [contender('runc', 'runc', bundle), contender('runlxc', runlxc, bundle)],
      runs,
    );
    const monitor = await monitorSize(bundle);
    await rm(bundle, { recursive: true });
    return {
      series: [...series, monitor],
      targets: [ratioTarget(series, 'runlxc', ['runc'], 2), limitTarget([monitor], monitor.name, 3 * 1024)],
    };
  },
};

async function writeSpec(bundle: string, args: string[]): Promise<void> {
  await writeFile(join(bundle, 'config.json'), JSON.stringify(busyboxSpec(args, '/pouch-bench-runtime')));
}

function contender(name: string, file: string, bundle: string) {
  const args = ['--root', join(bundle, 'state'), 'run', '--bundle', bundle, 'bench'];
  return { name, once: () => timed({ file, args }) };
}

async function monitorSize(bundle: string): Promise<Series> {
  const pidFile = join(bundle, 'pid');
  const global = ['--root', join(bundle, 'state')];
  await writeSpec(bundle, ['sleep', '60']);
  await mkdir(join(bundle, 'state'), { recursive: true });
  await execa(runlxc, [...global, 'run', '-d', '--bundle', bundle, '--pid-file', pidFile, 'bench'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await readFile(`/proc/${await readFile(pidFile, 'utf8')}/status`, 'utf8');
  await execa(runlxc, [...global, 'delete', '--force', 'bench']);
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return { name: 'runlxc monitor', unit: 'KB', samples: [resident] };
}
