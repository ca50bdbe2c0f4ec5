import assert from 'node:assert/strict';
import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { check, libcFunction } from '../../core/host/libc.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestPouchd } from '../support/TestPouchd.ts';

const openSocket = libcFunction('int socket(int domain, int type, int protocol)');
const bind = libcFunction('int bind(int fd, void *address, uint size)');
const listen = libcFunction('int listen(int fd, int backlog)');
const close = libcFunction('int close(int fd)');
const [AF_UNIX, SOCK_STREAM] = [1, 1];

/** Listens on a path as systemd does, without accepting connections. Returns the descriptor. */
async function systemdSocket(path: string): Promise<number> {
  const fd = check(openSocket(AF_UNIX, SOCK_STREAM, 0), 'socket');
  const address = Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(`${path}\0`)]);
  check(bind(fd, address, address.length), 'bind');
  check(listen(fd, 128), 'listen');
  await chmod(path, 0o640);
  return fd;
}

describe('a socket of systemd', function () {
  this.timeout(60_000);
  let daemon: TestPouchd;

  before(async () => {
    daemon = await TestPouchd.create();
    await daemon.stop();
  });
  after(() => daemon.dispose());

  it('is served as it is, and stays when pouchd stops', async () => {
    const path = join(daemon.state, 'pouchd.sock');
    const socket = await systemdSocket(path);
    try {
      const before = await stat(path);
      await daemon.start({ socket });
      assert.equal((await daemon.pouch('run', '--rm', 'busybox', 'echo', 'activated')).stdout, 'activated\n');
      await daemon.stop();
      const after = await stat(path);
      assert.deepEqual([after.ino, after.mode], [before.ino, before.mode]);
      // A client that comes meanwhile is served by the next one.
      const early = daemon.pouch('ps', '-q');
      await daemon.start({ socket });
      assert.deepEqual(await early, { exitCode: 0, stdout: '', stderr: '' });
      await daemon.stop();
    } finally {
      close(socket);
      await rm(path);
    }
  });

  it('that is not an address of pouchd is reported', async () => {
    const path = join(daemon.dir, 'other.sock');
    const socket = await systemdSocket(path);
    try {
      await daemon.start({ socket });
      const isReported = async () => (await daemon.log()).includes(`unix://${path}`);
      assert.ok(await waitUntil(isReported, { withinMs: 10_000 }), await daemon.log());
    } finally {
      close(socket);
    }
  });
});
