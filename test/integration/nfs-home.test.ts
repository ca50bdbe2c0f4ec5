import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mountOn } from '../../core/host/mountinfo.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const example = resolve(import.meta.dirname, '../../examples/nfs-home/nfs-home');

const moments = ['before', 'applied', 'after'];
const steps = moments.flatMap((moment) => [
  `${moment}:start:nfs-home.mount`,
  `${moment}:stop:undo nfs-home.mount`,
]);

describe('examples/nfs-home, with a bind mount as a stand-in for NFS', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);

  const failpoint = () => at('failpoint');
  const start = () => daemon.it.start({ failpoint: `@${failpoint()}` });

  before(async () => {
    await cp(example, at('nfs-home'));
    await chmod(at('nfs-home'), 0o755);
    await mkdir(at('exports/alice'), { recursive: true });
    await writeFile(at('exports/alice/file'), 'hello\n');
    await daemon.it.configure(`plugins:
  - path: ${at('nfs-home')}
    options: { type: bind, server: '-', export: '${at('exports')}/{user}', target: '${at('homes')}/{user}', options: [] }
    grants: { effects: { host.mount: [{ type: bind, source: '${at('exports')}/*', target: '${at('homes')}/*' }] } }
`);
    await daemon.it.stop();
    await start();
  });

  const home = () => at('homes/alice');
  const isMounted = async () => mountOn(home(), await readFile('/proc/self/mountinfo', 'utf8')) !== undefined;
  const create = () => ok('create', '--name', 'web', '-l', 'nfs-home=alice', 'busybox', 'sleep', '1000');

  async function isGone(): Promise<void> {
    const gone = async () => !(await isMounted()) && !existsSync(at('homes'));
    assert.ok(await waitUntil(gone, { withinMs: 30_000 }), 'the home is still mounted');
    assert.equal(await readFile(at('exports/alice/file'), 'utf8'), 'hello\n');
  }

  it('mounts the home before the start, and unmounts it after the stop', async () => {
    await create();
    assert.ok(!(await isMounted()));
    await ok('start', 'web');
    assert.equal(await ok('exec', 'web', 'cat', '/home/alice/file'), 'hello');
    assert.match(await ok('effects', 'ls', 'web'), /^nfs-home\.mount +start +applied +nfs-home +bind /m);
    await ok('stop', '-t', '0', 'web');
    await isGone();
    await ok('rm', 'web');
  });

  it('unmounts it when the container has ended while pouchd was killed', async () => {
    await create();
    await ok('start', 'web');
    const { Pid } = (await daemon.it.inspect('web'))!.State;
    await daemon.it.kill9();
    assert.ok(await isMounted());
    process.kill(Pid, 'SIGKILL');
    await start();
    await isGone();
    await ok('start', 'web');
    assert.equal(await ok('exec', 'web', 'cat', '/home/alice/file'), 'hello');
    await ok('rm', '-f', 'web');
    await isGone();
  });

  it('pouchd, killed around each step of the mount and of its undo: nothing is left, and the call works again', async () => {
    for (const step of someOf(steps)) {
      await create();
      const isStop = step.includes(':stop:');
      if (isStop) await ok('start', 'web');
      await writeFile(failpoint(), step);
      const cutOff = isStop ? pouch('stop', '-t', '0', 'web') : pouch('start', 'web');
      assert.equal(await daemon.it.ended(), 'SIGKILL', step);
      await cutOff;
      await rm(failpoint());
      await start();
      await isGone();
      await ok('start', 'web');
      assert.equal(await ok('exec', 'web', 'cat', '/home/alice/file'), 'hello', step);
      await ok('rm', '-f', 'web');
      await isGone();
    }
  });

  it('refuses a label that is not a user, and says so', async () => {
    const { exitCode, stderr } = await pouch('create', '-l', 'nfs-home=../etc', 'busybox');
    assert.equal(exitCode, 125);
    assert.match(stderr, /label nfs-home: expected the name of a user, found "\.\.\/etc"/);
    // Without the process of the plugin, which the clean-up would find.
    await daemon.it.configure('');
    await daemon.it.restart();
  });
});
