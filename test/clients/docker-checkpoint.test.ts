/** Checkpoints with the docker CLI, if criu works with this kernel. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Criu, workingCriu } from '../support/criu.ts';
import { skip } from '../support/skip.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { Docker } from '../support/Docker.ts';

describe('docker CLI, checkpoints', function () {
  this.timeout(120_000);
  let criu: Criu;
  let pouchd: TestPouchd | undefined;
  let docker: Docker;

  before(async function () {
    criu = await workingCriu();
    if (criu.missing !== undefined) return skip(this, criu.missing);
    pouchd = await TestPouchd.create(
      criu.path === undefined ? {} : { env: { PATH: `${criu.path}:${process.env['PATH']}` } },
    );
    docker = new Docker(join(pouchd.state, 'pouchd.sock'));
  });
  after(async () => {
    await pouchd?.dispose();
  });

  it('are created, listed, restored and removed', async () => {
    const script = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';
    await docker.ok('run', '-d', '--name', 'counts', 'busybox', 'sh', '-c', script);
    assert.equal(await docker.ok('checkpoint', 'create', '--leave-running', 'counts', 'early'), 'early');
    assert.equal(await docker.ok('checkpoint', 'create', 'counts', 'late'), 'late');
    assert.equal(await docker.ok('inspect', '--format', '{{.State.Status}}', 'counts'), 'exited');
    assert.deepEqual((await docker.ok('checkpoint', 'ls', 'counts')).split('\n').slice(1), ['early', 'late']);
    await docker.ok('start', '--checkpoint', 'late', 'counts');
    const numbers = (await docker.ok('logs', 'counts')).split('\n').map(Number);
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => index + 1),
    );
    await docker.ok('checkpoint', 'rm', 'counts', 'early');
    const elsewhere = await docker.run(['checkpoint', 'ls', '--checkpoint-dir', '/x', 'counts']);
    assert.match(elsewhere.stderr, /not supported/);
    await docker.ok('rm', '-f', 'counts');
  });
});
