/**
 * A daemon that has few file descriptors: calls that find none fail with a true reason, and work once some are free.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TestPouchd, type Finished } from '../support/TestPouchd.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';

const openFiles = 200;
const run = ['run', '--rm', 'busybox', 'true'];

describe('few file descriptors', function () {
  this.timeout(60_000);
  let pouchd: TestPouchd;
  const idle: Socket[] = [];

  before(async () => {
    pouchd = await TestPouchd.create({ openFiles });
    const script = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';
    assert.equal(
      (await pouchd.pouch('run', '-d', '--name', 'talker', 'busybox', 'sh', '-c', script)).exitCode,
      0,
    );
  });

  after(async () => {
    freeAll();
    await pouchd?.dispose();
  });

  /** Takes descriptors of the daemon until a run finds none. */
  async function takeAll(): Promise<Finished> {
    for (let result = await pouchd.pouch(...run); ; result = await pouchd.pouch(...run)) {
      if (result.exitCode !== 0) return result;
      assert.ok(idle.length < openFiles, 'the daemon has more descriptors than it should');
      const more = idle.length < 80 ? 80 : 8;
      const connected = await Promise.all(Array.from({ length: more }, connectIdly));
      idle.push(...connected);
    }
  }

  async function connectIdly(): Promise<Socket> {
    const socket = connect(`${pouchd.state}/pouchd.sock`).on('error', () => undefined);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  }

  function freeAll(): void {
    for (const socket of idle.splice(0)) socket.destroy();
  }

  it('are reported at start', async () => {
    assert.match(await pouchd.log(), /low limit of open files: .* limit=200/);
  });

  it('are refused at start below the fewest that a daemon needs', async () => {
    const { exitCode, stderr } = await pouchd.pouchdBelow('prlimit', '--nofile=127:127');
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /expected a limit of at least 128 open files, found 127\nhint: raise LimitNOFILE.*\n\(PCH_TOO_MANY_FILES\)/,
    );
  });

  it('fail a run with their code, blamed on no plugin; the same call works once some are free', async () => {
    const failed = await takeAll();
    assert.match(
      failed.stderr,
      /no file descriptor is left: .*\n(?:.*\n)*hint: .*LimitNOFILE.*\ncode: PCH_TOO_MANY_FILES$/m,
    );
    assert.doesNotMatch(failed.stderr, /plugin/);
    assert.equal(failed.exitCode, 125);
    freeAll();
    const works = async () => (await pouchd.pouch(...run)).exitCode === 0;
    assert.ok(await waitUntil(works, { withinMs: 15_000, everyMs: 200 }), await pouchd.log());
  });

  it('neither stop a container nor lose lines of its log', async () => {
    const { stdout } = await pouchd.pouch('logs', 'talker');
    const lines = stdout.trimEnd().split('\n').map(Number);
    assert.ok(lines.length > 10);
    assert.deepEqual(
      lines,
      lines.map((_, index) => index + 1),
    );
  });
});
