import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupFile } from '../support/cgroupFile.ts';
import { TestPouchd } from '../support/TestPouchd.ts';

const MiB = 2 ** 20;
const [small, large] = [64 * MiB, 96 * MiB];

describe('pouchd, killed in an update', function () {
  this.timeout(120_000);
  this.slow(30_000);
  let pouchd: TestPouchd;
  let failpoint: string;
  let id: string;

  before(async () => {
    pouchd = await TestPouchd.create();
    failpoint = join(pouchd.dir, 'failpoint');
    await pouchd.restart({ failpoint: `@${failpoint}` });
    id = await pouchd.runContainer(
      {
        Image: 'busybox',
        Cmd: ['sleep', '1000'],
        HostConfig: { NetworkMode: 'none', Memory: small, PidsLimit: 50 },
      },
      'limited',
    );
  });
  after(() => pouchd?.dispose());

  const update = (Memory: number) => pouchd.client.containers.update('limited', { Memory });

  /** Bytes of memory as every source reports them. */
  const readings = async () => {
    const { State, HostConfig } = (await pouchd.inspect('limited'))!;
    const spec = JSON.parse(await readFile(join(pouchd.root, 'containers', id, 'spec.json'), 'utf8'));
    return {
      kernel: Number(cgroupFile(State.Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')),
      record: HostConfig.Memory,
      spec: spec.linux.resources.memory.limit as number,
    };
  };
  const all = (bytes: number) => ({ kernel: bytes, record: bytes, spec: bytes });

  const stepsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const earlier = (await pouchd.log()).length;
    await writeFile(failpoint, 'trace');
    await work();
    await rm(failpoint);
    return [...(await pouchd.log()).slice(earlier).matchAll(/^ledger-step (\S+:update:.*)$/gm)].map(
      ([, step]) => step!,
    );
  };

  it('at any step: record, spec and kernel say the same, and the same update works', async () => {
    const steps = await stepsOf(() => update(large));
    assert.ok(steps.includes('applied:update:update.limits'), steps.join(', '));
    for (const step of steps) {
      await update(small);
      await writeFile(failpoint, step);
      await update(large).catch(() => undefined);
      assert.equal(await pouchd.ended(), 'SIGKILL', step);
      await rm(failpoint);
      await pouchd.start({ failpoint: `@${failpoint}` });
      const now = await readings();
      const isDone = step.endsWith(':commit');
      assert.deepEqual(now, all(isDone ? large : small), step);
      await update(large);
      assert.deepEqual(await readings(), all(large), step);
    }
  });
});
