import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../hooks/engine.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { processesOf } from '../support/host/processes.ts';

describe('bootstrap of a base image from packages', function () {
  this.timeout(600_000);
  const reference = 'debian:bookworm';
  const suite = 'bookworm';
  let host: TestImageStore;
  let other: TestImageStore;
  /** One takes long enough: this one runs beside the first test. */
  let failing: Promise<unknown>;

  before(async () => {
    host = await TestImageStore.start();
    other = await TestImageStore.start();
    failing = other.store().bootstrap({ reference, suite, include: ['no-such-package-here'] });
    // Its failure is looked at later.
    failing.catch(() => {});
  });

  after(async () => {
    await host?.stop();
    await other?.stop();
  });

  it('makes an image for rich containers, reports its steps, and leaves nothing else', async () => {
    const progress: Progress[] = [];
    const store = host.store();
    const include = ['systemd', 'systemd-sysv', 'openssh-server'];
    const image = await store.bootstrap({ reference, suite, include }, (p) => progress.push(p));

    assert.deepEqual(image.references, ['docker.io/library/debian:bookworm']);
    assert.deepEqual(image.config.config?.Cmd, ['/bin/bash']);
    assert.ok(progress.some(({ status }) => status.startsWith('installing')));

    const files = store.files(image);
    const read = async (path: string) => await files.readText(path, 65_536);
    assert.equal((await files.stat('/sbin/init'))?.path, '/usr/lib/systemd/systemd');
    assert.equal(await read('/etc/machine-id'), '');
    assert.equal(await read('/etc/resolv.conf'), '');
    assert.equal(await files.stat('/etc/ssh/ssh_host_ed25519_key'), undefined);
    assert.match(
      (await read('/etc/systemd/system/multi-user.target.wants/ssh-host-keys.service')) ?? '',
      /-t ed25519/,
    );
    assert.equal((await files.stat('/usr/sbin/sshd'))?.kind, 'file');

    assert.equal((await host.leftovers()).leases, 0);
  });

  it('says which package does not exist, and keeps nothing', async () => {
    await assert.rejects(failing, { code: 'PCH_BOOTSTRAP_FAILED', message: /no-such-package-here/ });
    assert.deepEqual(await other.leftovers(), { blobs: 0, ingests: 0, snapshots: 0, leases: 0 });
  });

  it('ends with a pouchd that is killed; the next one removes its files', async () => {
    const pouchd = await TestPouchd.create();
    try {
      const scratch = join(pouchd.root, 'bootstrap');
      const cutOff = pouchd.pouch('image', 'bootstrap', 'debian:bookworm');
      const isUnpacking = async () =>
        (await below(scratch)).some((path) => path.endsWith('/var/lib/dpkg/status'));
      assert.ok(await waitUntil(isUnpacking, { withinMs: 120_000 }), await pouchd.log());
      await pouchd.kill9();
      assert.notEqual((await cutOff).exitCode, 0);
      assert.ok(
        await waitUntil(() => processesOf({ ...pouchd.names, dir: scratch }).length === 0, {
          withinMs: 10_000,
        }),
      );
      await pouchd.start();
      assert.ok(await waitUntil(async () => (await below(scratch)).length === 0, { withinMs: 30_000 }));
      assert.equal((await pouchd.pouch('run', '--rm', 'busybox', 'echo', 'well')).stdout, 'well\n');
    } finally {
      await pouchd.dispose();
    }
  });
});

/** Paths below a directory in which files come and go. */
async function below(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries.map((entry) => join(directory, entry));
}
