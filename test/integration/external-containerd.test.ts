import assert from 'node:assert/strict';
import { TestPouchd } from '../support/pouchd.ts';
import { TestContainerd } from './support/containerd.ts';

describe('a pouchd on the host’s containerd', function () {
  this.timeout(60_000);
  let containerd: TestContainerd;
  let pouchd: TestPouchd;

  before(async () => {
    containerd = await TestContainerd.start();
    pouchd = await TestPouchd.create({ yaml: `containerd: { address: ${containerd.address} }` });
  });

  after(async () => {
    await pouchd?.dispose();
    await containerd?.remove();
  });

  it('runs containers there, and says whose it is', async () => {
    const { stdout, exitCode } = await pouchd.pouch(
      'run',
      '--rm',
      '--network',
      'none',
      'busybox',
      'echo',
      'hi',
    );
    assert.deepEqual([stdout, exitCode], ['hi\n', 0]);
    const { containerd: found } = await pouchd.client.pouch.info();
    assert.deepEqual([found.address, found.managed], [containerd.address, false]);
  });

  it('leaves it running when it ends', async () => {
    await pouchd.stop();
    assert.match((await containerd.client.version.get()).version, /\d/);
    await pouchd.start();
  });
});
