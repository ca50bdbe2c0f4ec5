import assert from 'node:assert/strict';
import { TestPouchd } from '../support/TestPouchd.ts';
import { TestContainerd } from './support/TestContainerd.ts';

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

  it('does not start in a mount namespace of its own, whose mounts that containerd does not see', async () => {
    await pouchd.stop();
    const below = (propagation: string) =>
      pouchd.pouchdBelow('timeout', '20', 'unshare', '--mount', '--propagation', propagation);
    const { exitCode, stderr } = await below('private');
    assert.match(stderr, /is in another mount namespace/);
    assert.match(stderr, /nsenter --target \d+ --mount pouchd/);
    assert.match(stderr, /PCH_CONTAINERD_OTHER_MOUNTS/);
    assert.equal(exitCode, 1);
    await pouchd.start();
    const hi = await pouchd.pouch('run', '--rm', '--network', 'none', 'busybox', 'echo', 'hi');
    assert.equal(hi.stdout, 'hi\n');
  });

  it('leaves it running when it ends', async () => {
    await pouchd.stop();
    assert.match((await containerd.client.version.get()).version, /\d/);
    await pouchd.start();
  });
});
