import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const wait = { withinMs: 10_000 };
const quick = ['--network', 'none', '--stop-timeout', '0'];

/** All kinds of changes that a writable layer can have. */
const changeAll = `
echo one > /root/file; ln /root/file /root/linked; ln -s nowhere /root/symlink
mkfifo /root/fifo; truncate -s 64M /root/sparse; echo end >> /root/sparse
rm /etc/passwd; rm -rf /var/www; mkdir /var/www; echo mine > /var/www/index
chown 7:8 /root/file; chmod 4751 /root/file
`;
const look = `
stat -c '%n %a %u %g %h %s %Y' /root/* /var/www /var/www/*; cat /root/file /var/www/index
readlink /root/symlink; ls /etc/passwd 2>&1; stat -c %i /root/file /root/linked | uniq | wc -l
[ $(stat -c %b /root/sparse) -lt 1000 ] && echo sparse
`;

describe('snapshots of a container', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const code = async (...args: string[]) => /code: (\w+)/.exec((await daemon.pouch(...args)).stderr)?.[1];
  const names = async () => (await ok('snapshot', 'ls', '-q', 'box')).split('\n').filter(Boolean);

  const schedule = async () => (await daemon.it.inspect('box'))?.SnapshotSchedule;

  /** Has pouchd find that its last run was long ago. */
  async function missRuns(): Promise<void> {
    const id = (await daemon.it.inspect('box'))!.Id;
    await daemon.it.kill9();
    const path = join(daemon.it.root, 'containers', id, 'config.json');
    const text = await readFile(path, 'utf8');
    assert.match(text, /"from": *"20/);
    const ago = text.replace(/"from": *"20[^"]*"/, '"from":"2020-01-01T00:00:00.000Z"');
    await writeFile(path, ago.replace(/"next": *"20[^"]*"/, '"next":"2020-01-01T06:00:00.000Z"'));
    await daemon.it.start();
  }

  beforeEach(() => ok('run', '-d', '--name', 'box', ...quick, 'busybox', 'sleep', '1000'));
  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  it('have all that it has written, and are what it returns to', async () => {
    await inside(changeAll);
    const before = await inside(look);
    assert.match(before, /^1\nsparse$/m);
    assert.equal(await ok('snapshot', 'create', 'box', '--name', 'first'), 'first');
    assert.equal((await daemon.it.inspect('box'))?.State.Status, 'running');
    await inside('rm -rf /root/* /var/www; echo back > /etc/passwd; echo late > /late');
    assert.equal(await code('snapshot', 'restore', 'box', 'first'), 'PCH_CONTAINER_RUNNING');
    const saved = await ok('snapshot', 'restore', '--restart', 'box', 'first');
    assert.equal(await inside(look), before);
    assert.deepEqual(await names(), ['first', saved]);
    await ok('stop', '-t', '0', 'box');
    await ok('snapshot', 'restore', 'box', saved);
    await ok('start', 'box');
    assert.equal(await inside('cat /late /etc/passwd'), 'late\nback');
  });

  it('stay after a restart of pouchd, and go one by one or with their container', async () => {
    await ok('snapshot', 'create', 'box', '--name', 'first');
    assert.match(await ok('snapshot', 'create', 'box'), /^\d{8}-\d{6}$/);
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal((await names()).length, 2);
    await ok('snapshot', 'rm', 'box', 'first');
    assert.equal(await code('snapshot', 'rm', 'box', 'first'), 'PCH_SNAPSHOT_NOT_FOUND');
    assert.equal(await code('snapshot', 'diff', 'box', 'first'), 'PCH_SNAPSHOT_NOT_FOUND');
    await ok('rm', '-f', 'box');
    const left = [...(await daemon.it.inventory())].filter((line) => line.startsWith('snapshot '));
    assert.deepEqual(left, []);
  });

  it('are compared with each other, and with the container', async () => {
    await inside('mkdir -p /d/e; echo 1 > /d/e/f; echo 1 > /same; echo 1 > /changed');
    await ok('snapshot', 'create', 'box', '--name', 'first');
    assert.equal(await ok('snapshot', 'diff', 'box', 'first'), '');
    await inside('rm -r /d; echo 2 > /changed; chmod 700 /home; rm /etc/passwd; mkdir /new; echo 1 > /new/f');
    const changes = [
      'C /changed',
      'D /d',
      'D /d/e',
      'D /d/e/f',
      'D /etc/passwd',
      'C /home',
      'A /new',
      'A /new/f',
    ];
    assert.deepEqual((await ok('snapshot', 'diff', 'box', 'first')).split('\n'), changes);
    await ok('snapshot', 'create', 'box', '--name', 'second');
    assert.deepEqual((await ok('snapshot', 'diff', 'box', 'first', 'second')).split('\n'), changes);
    const back = JSON.parse(await ok('snapshot', 'diff', '--format', 'json', 'box', 'second', 'first'));
    assert.deepEqual(
      back.changes.find(({ path }: { path: string }) => path === '/d'),
      { path: '/d', kind: 'added' },
    );
  });

  it('do not hold a container up: it is frozen for the copy, also where that fails', async () => {
    assert.equal(await code('snapshot', 'create', 'box', '--name', '../x'), 'PCH_NAME_INVALID');
    await ok('snapshot', 'create', 'box', '--name', 'first');
    assert.equal(await code('snapshot', 'create', 'box', '--name', 'first'), 'PCH_ALREADY_EXISTS');
    await ok('pause', 'box');
    await ok('snapshot', 'create', 'box', '--name', 'paused');
    assert.equal((await daemon.it.inspect('box'))?.State.Status, 'paused');
    await ok('unpause', 'box');
    assert.equal(await inside('echo runs'), 'runs');
  });

  it('are taken by a schedule: a run that was missed is made up once, and the oldest go', async () => {
    assert.equal(await code('snapshot', 'create', 'box', '--schedule', 'often'), 'PCH_OPTION_INVALID');
    assert.equal(
      await code('snapshot', 'create', 'box', '--schedule', 'every 6h', '--keep', '0'),
      'PCH_OPTION_INVALID',
    );
    assert.equal(await code('snapshot', 'rm', '--schedule', 'box'), 'PCH_SNAPSHOT_NOT_FOUND');
    await ok('snapshot', 'create', 'box', '--name', 'mine');
    await ok('snapshot', 'create', 'box', '--schedule', 'every 6h', '--keep', '1');
    assert.match(await ok('snapshot', 'ls', 'box'), /^Schedule: every 6h, keeps 1, next 20/m);
    assert.deepEqual(await names(), ['mine']);
    const runs: string[] = [];
    for (let run = 0; run < 2; run++) {
      await missRuns();
      await waitUntil(async () => (await names()).at(-1) !== (runs.at(-1) ?? 'mine'), wait);
      runs.push((await names()).at(-1)!);
    }
    await waitUntil(async () => (await names()).length === 2, wait);
    assert.deepEqual(await names(), ['mine', runs[1]]);
    assert.match(await ok('snapshot', 'ls', 'box'), /scheduled-\S+ .* schedule$/m);
    await ok('stop', 'box');
    await ok('snapshot', 'create', 'box', '--name', 'stopped');
    await missRuns();
    await waitUntil(async () => Date.parse((await schedule())!.next!) > Date.now(), wait);
    assert.deepEqual(await names(), ['mine', runs[1], 'stopped']);
    await ok('snapshot', 'rm', '--schedule', 'box');
    assert.equal(await schedule(), undefined);
  });

  it('are without volumes', async () => {
    await ok('rm', '-f', 'box');
    await ok('run', '-d', '--name', 'box', ...quick, '-v', 'data:/data', 'busybox', 'sleep', '1000');
    await inside('echo 1 > /data/file');
    await ok('snapshot', 'create', 'box', '--name', 'first');
    await inside('echo 2 > /data/file');
    await ok('snapshot', 'restore', '--restart', 'box', 'first');
    assert.equal(await inside('cat /data/file'), '2');
    await ok('rm', '-f', 'box');
    await ok('volume', 'rm', 'data');
  });
});
