import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useDaemon } from '../support/useDaemon.ts';

const yaml = `plugins:
  - path: ${join(import.meta.dirname, 'support/plugins/keepsOwner.ts')}
`;

describe('labels, annotations and variables of containers that exist', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml });
  const { ok, pouch } = daemon;
  const inspect = async (ref: string) => (await daemon.it.inspect(ref))!;

  it('change: labels at once, variables for exec and the next start, annotations for the next start', async () => {
    const options = ['-l', 'tier=1', '-l', 'old=x', '-e', 'A=1', '-e', 'B=2', '--annotation', 'a.b=c'];
    const command = ['busybox', 'sh', '-c', 'env; sleep 1000'];
    await ok('run', '-d', '--name', 'box', '--network', 'none', ...options, ...command);
    const labels = ['-l', 'tier=2', '--label-rm', 'old', '--annotation', 'd.e=f', '--annotation-rm', 'a.b'];
    await ok('update', ...labels, '-e', 'A=3', '--env-rm', 'B', '-e', 'C=x=y', 'box');
    const { Config, HostConfig } = await inspect('box');
    assert.deepEqual(Config.Labels, { tier: '2' });
    assert.deepEqual(HostConfig.Annotations, { 'd.e': 'f' });
    assert.equal(await ok('ps', '-q', '--filter', 'label=old'), '');
    assert.match(await ok('ps', '-q', '--filter', 'label=tier=2'), /./);
    const seen = await ok('exec', 'box', 'env');
    assert.match(seen, /^A=3$[^]*^C=x=y$/m);
    assert.doesNotMatch(seen, /^B=/m);
    const blame = await daemon.it.client.pouch.explain('box', 'process.env.C');
    assert.deepEqual(
      blame.map(({ plugin, hook }) => `${plugin} ${hook}`),
      ['request update'],
    );
    await daemon.it.kill9();
    await daemon.it.start();
    await ok('restart', '-t', '0', 'box');
    const logged = (await ok('logs', 'box')).split('\n');
    assert.ok(
      logged.includes('A=3') && logged.includes('C=x=y') && logged.includes('HOME=/root'),
      logged.join(),
    );
    assert.equal(logged.filter((line) => line === 'B=2').length, 1, 'only the first start had it');
    await ok('rm', '-f', 'box');
  });

  it('a variable of the image can be removed, and a secret one stays masked', async () => {
    await ok(
      'create',
      '--name',
      'idle',
      '--secret-env',
      'PASS=first-password',
      'busybox',
      '/bin/sh',
      '-c',
      'set',
    );
    await ok('update', '-e', 'PASS=second-password', '--env-rm', 'PATH', 'idle');
    assert.doesNotMatch(await ok('explain', '--format', 'json', 'idle'), /-password/);
    const out = await ok('start', '-a', 'idle');
    assert.match(out, /^PASS='?second-password'?$/m);
    assert.doesNotMatch(out, /^PATH='?\/usr\/local/m);
    await ok('rm', 'idle');
  });

  it('plugins see the new values, and can refuse them', async () => {
    await ok('create', '--name', 'owned', '-l', 'owner=ops', '-l', 'tier=prod', 'busybox', 'true');
    assert.match((await pouch('update', '--label-rm', 'owner', 'owned')).stderr, /keeps its owner/);
    assert.deepEqual((await inspect('owned')).Config.Labels, { owner: 'ops', tier: 'prod' });
    await ok('update', '-l', 'owner=dev', 'owned');
    assert.deepEqual((await inspect('owned')).Config.Labels, { owner: 'dev', tier: 'prod' });
    await ok('rm', 'owned');
  });

  it('variables of a rich container with files of its own are refused; its labels are not', async () => {
    const service = ['--rich', '--rich-mode', 'supervised', '--rich-service', 'db=exec sleep 1000'];
    await ok('create', '--name', 'rich', ...service, 'busybox', 'sleep', '1000');
    assert.match((await pouch('update', '-e', 'A=1', 'rich')).stderr, /PCH_NOT_SUPPORTED/);
    await ok('update', '-l', 'a=b', 'rich');
    await ok('rm', 'rich');
  });

  it('logs --details shows what the log options labels and env name', async () => {
    const log = ['--log-opt', 'labels=tier', '--log-opt', 'env=REGION'];
    const options = ['-l', 'tier=front', '-l', 'other=x', '-e', 'REGION=eu', '--network', 'none'];
    await ok('run', '--name', 'logged', ...log, ...options, 'busybox', 'echo', 'hello');
    assert.equal(await ok('logs', '--details', 'logged'), 'REGION=eu,tier=front hello');
    assert.match(await ok('logs', '--details', '-t', 'logged'), /^\S+Z REGION=eu,tier=front hello$/);
    assert.equal(await ok('logs', 'logged'), 'hello');
    await ok('rm', 'logged');
  });

  it('--specific-id names the container; one that is taken is refused, and free after its removal', async () => {
    const id = randomBytes(32).toString('hex');
    const create = (...more: string[]) =>
      pouch('run', '-d', '--specific-id', id, '--network', 'none', ...more, 'busybox', 'sleep', '1000');
    const [one, two] = await Promise.all([create(), create()]);
    assert.deepEqual([one.exitCode, two.exitCode].sort(), [0, 125], one.stderr + two.stderr);
    assert.match(one.stderr + two.stderr, /PCH_ALREADY_EXISTS/);
    assert.equal((await inspect(id)).Id, id);
    await ok('rm', '-f', id);
    const again = await create('--name', 'again');
    assert.equal(again.stdout.trim(), id, again.stderr);
    await ok('rm', '-f', 'again');
  });

  it('-v SRC:DST:dr fills an empty directory of the host from the image, once', async () => {
    await daemon.it.loadImage('site', [
      { path: 'srv/www/index.html', content: 'of the image\n' },
      { path: 'srv/www/sub/deep', content: 'x\n' },
    ]);
    const source = join(daemon.it.dir, 'site');
    const create = () => ok('create', '-v', `${source}:/srv/www:dr`, 'site', 'true');
    const first = await create();
    assert.equal(await readFile(join(source, 'index.html'), 'utf8'), 'of the image\n');
    assert.equal(await readFile(join(source, 'sub/deep'), 'utf8'), 'x\n');
    assert.deepEqual((await inspect(first)).HostConfig.Binds, [`${source}:/srv/www:dr`]);
    await writeFile(join(source, 'index.html'), 'mine\n');
    const second = await create();
    assert.equal(await readFile(join(source, 'index.html'), 'utf8'), 'mine\n');
    await ok('rm', first, second);
    assert.deepEqual(
      (await readdir(daemon.it.dir)).filter((name) => name.startsWith('site.')),
      [],
    );
    // Without content in the image there is nothing to copy.
    const empty = join(daemon.it.dir, 'empty');
    await ok('rm', await ok('create', '-v', `${empty}:/none:dr`, 'site', 'true'));
    assert.deepEqual(await readdir(empty), []);
    await symlink(empty, join(daemon.it.dir, 'link'));
    const cases: [string, RegExp][] = [
      [`${join(daemon.it.dir, 'link')}:/srv/www:dr`, /a link to/],
      [`${source}:/srv/www:dr,nocopy`, /one of dr and nocopy/],
      ['/proc:/srv/www:dr', /is a mount point/],
    ];
    for (const [bind, message] of cases)
      assert.match((await pouch('create', '-v', bind, 'site', 'true')).stderr, message);
    await ok('create', '--name', 'later', 'site', 'true');
    assert.match(
      (await pouch('mount', 'add', 'later', `${source}:/srv/www:dr`)).stderr,
      /not filled from the image/,
    );
    await ok('rm', 'later');
  });

  it('--disable-network-files leaves the files of the image alone', async () => {
    await daemon.it.loadImage('own-hosts', [{ path: 'etc/hosts', content: '127.0.0.9 mine\n' }]);
    const shell = ['-v', '/bin/busybox:/bin/cat:ro', '--disable-network-files'];
    assert.equal(await ok('run', '--rm', ...shell, 'own-hosts', 'cat', '/etc/hosts'), '127.0.0.9 mine');
    const { stderr } = await pouch('run', '--rm', ...shell, 'own-hosts', 'cat', '/etc/resolv.conf');
    assert.match(stderr, /No such file/);
  });

  it('limits that the host does not have are discarded with Docker’s warning, or refused', async () => {
    const create = (...options: string[]) => pouch('create', ...options, 'busybox', 'true');
    const kernel = await create('--kernel-memory', '64m');
    assert.match(kernel.stderr, /kernel memory limit is deprecated/);
    await ok('rm', kernel.stdout.trim());
    assert.match((await create('--kernel-memory', '1m')).stderr, /--kernel-memory: expected at least 6 MiB/);
    assert.match(
      (await create('--net-priority', '5')).stderr,
      /--net-priority is not supported[^]*PCH_NOT_SUPPORTED/,
    );
    assert.match(
      (await create('--cpu-rt-runtime', '2000', '--cpu-rt-period', '1000')).stderr,
      /--cpu-rt-runtime: expected at most the period/,
    );
  });
});
