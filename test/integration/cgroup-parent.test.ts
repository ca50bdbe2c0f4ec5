import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { cgroupsBelow, hierarchies, removeCgroup } from '../support/host/cgroups.ts';
import { skip } from '../support/skip.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** As kubelet has it: `/kubepods/burstable/POD`, with directories that it has created and filled with nothing. */
describe('a cgroup parent of three levels that others created', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const kubepods = () => `${daemon.it.names.cgroupParent}-kubepods`;
  const pod = () => `${kubepods()}/burstable/pod`;

  beforeEach(() => {
    for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, pod()), { recursive: true });
  });
  afterEach(() => removeCgroup(kubepods()));

  /** Directories of the parent, without what is in them. */
  const parents = () => cgroupsBelow(kubepods());

  /** `--rm` ends after its command. */
  async function becomes(expected: string[]): Promise<void> {
    await waitUntil(() => parents().length === expected.length, { withinMs: 30_000 });
    assert.deepEqual(parents(), expected);
  }

  for (const runtime of ['runc', 'crun', 'runlxc']) {
    const inPod = () => ['--rm', '--runtime', runtime, '--cgroup-parent', pod(), '--network', 'none'];

    it(`has ${runtime}’s containers, with their limits, one after another`, async () => {
      const before = parents();
      const options = [...inPod().slice(1), '--memory', '64m', '--cpuset-cpus', '0'];
      for (let count = 0; count < 2; count += 1) {
        const id = await daemon.ok('run', '-d', ...options, 'busybox', 'sleep', '1000');
        const { State } = await daemon.it.until(id, 'running');
        const cgroups = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8');
        assert.match(cgroups, new RegExp(`:cpuset[^:]*:${pod()}/${id}|^0::${pod()}/${id}`, 'm'));
        assert.equal(
          cgroupFile(State.Pid, 'memory', 'memory.limit_in_bytes', 'memory.max'),
          String(64 << 20),
        );
        assert.equal(cgroupFile(State.Pid, 'cpuset', 'cpuset.cpus', 'cpuset.cpus'), '0');
        await daemon.ok('rm', '-f', id);
        await becomes(before);
      }
    });

    it(`has ${runtime}’s containers after one that could not be created`, async () => {
      const before = parents();
      const { exitCode } = await daemon.pouch('run', ...inPod(), 'busybox', 'no-such-command');
      assert.equal(exitCode, 127);
      await becomes(before);
      await daemon.ok('run', ...inPod(), 'busybox', 'true');
      await becomes(before);
    });

    it(`keeps the CPUs that it has chosen for ${runtime}’s containers`, async () => {
      const cpuset = '/sys/fs/cgroup/cpuset';
      const root = existsSync(cpuset) ? cpuset : '/sys/fs/cgroup';
      writeFileSync(join(root, kubepods(), 'cpuset.cpus'), '0');
      const allowed = await daemon.ok(
        'run',
        ...inPod(),
        'busybox',
        'grep',
        'Cpus_allowed_list',
        '/proc/self/status',
      );
      assert.match(allowed, /\t0$/);
      assert.equal(readFileSync(join(root, kubepods(), 'cpuset.cpus'), 'utf8').trim(), '0');
    });
  }

  it('has runlxc’s containers while it has controllers of cgroup v2 for others', async function () {
    const unified = '/sys/fs/cgroup/unified';
    const available = existsSync(unified)
      ? readFileSync(join(unified, 'cgroup.controllers'), 'utf8').trim()
      : '';
    if (available === '') return skip(this, 'the host has no controller of cgroup v2 beside v1');
    const enable = `+${available.split(' ')[0]}`;
    for (const path of ['', kubepods(), `${kubepods()}/burstable`, pod()])
      writeFileSync(join(unified, path, 'cgroup.subtree_control'), enable);
    const before = parents();
    for (let count = 0; count < 2; count += 1) {
      await daemon.ok('run', '--rm', '--runtime', 'runlxc', '--cgroup-parent', pod(), 'busybox', 'true');
      await becomes(before);
    }
  });

  it('may lack its inner levels, which runlxc creates', async () => {
    const all = parents();
    await removeCgroup(`${kubepods()}/burstable`);
    assert.deepEqual(parents(), []);
    await daemon.ok('run', '--rm', '--runtime', 'runlxc', '--cgroup-parent', pod(), 'busybox', 'true');
    await becomes(all);
  });
});
