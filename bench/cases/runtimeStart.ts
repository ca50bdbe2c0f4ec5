import { join, resolve } from 'node:path';
import { packRuncOptions } from '../../core/containerd/index.ts';
import { busyboxSpec } from '../../test/integration/support/busybox.ts';
import { TestContainerd } from '../../test/integration/support/TestContainerd.ts';
import { interleaved } from '../measure.ts';
import { ratioTarget } from '../target.ts';
import type { Bench, Case, Findings } from './case.ts';

const executables = { runc: 'runc', runlxc: resolve(import.meta.dirname, '../../bin/runlxc') };

/** containerd's shim with each runtime, without Pouch. */
export const runtimeStart: Case = {
  name: 'runtime-start',
  about: 'create and start of a task by containerd, with runc and with runlxc',
  async measure({ options: { runs } }: Bench): Promise<Findings> {
    const containerd = await TestContainerd.start();
    try {
      const contenders = Object.entries(executables).map(([name, binaryName]) => ({
        name,
        once: () => once(containerd, name, binaryName),
      }));
      const series = await interleaved(contenders, runs);
      return { series, targets: [ratioTarget(series, 'runlxc', ['runc'], 1.5)] };
    } finally {
      await containerd.remove();
    }
  },
};

let count = 0;

async function once(containerd: TestContainerd, name: string, binaryName: string): Promise<number> {
  const id = `${name}-${(count += 1)}`;
  const { containers, tasks } = containerd.client;
  await containers.create({
    id,
    runtime: {
      name: 'io.containerd.runc.v2',
      options: packRuncOptions({ binaryName, root: join(containerd.dir, name) }),
    },
    spec: busyboxSpec(['sleep', '60'], `${containerd.cgroup}/${id}`),
  });
  const started = process.hrtime.bigint();
  await tasks.create(containerd.taskOf(id));
  await tasks.start(id);
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  const ended = tasks.wait(id, '', { deadlineMs: 10_000 });
  await tasks.kill(id, 9);
  await ended;
  await tasks.delete(id);
  await containers.delete(id);
  return ms;
}
