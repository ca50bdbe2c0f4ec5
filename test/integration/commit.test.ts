import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useDaemon } from '../support/useDaemon.ts';

const execFileAsync = promisify(execFile);
const quick = ['--network', 'none', '--stop-timeout', '0'];
const change = `
echo mine > /root/file; ln /root/file /root/linked; ln -s nowhere /root/symlink; chown 7:8 /root/file; chmod 4751 /root/file
rm /etc/passwd; rm -rf /var/www; mkdir /var/www; echo mine > /var/www/index; mkdir -p /data/volume; echo 1 > /data/volume/f
`;
const look =
  'stat -c "%n %a %u %g %s" /root/* /var/www /var/www/*; cat /root/file /var/www/index; ls /etc/passwd 2>&1; ls /data/volume; stat -c %h /root/file';

describe('pouch commit', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const code = async (...args: string[]) => /code: (\w+)/.exec((await daemon.pouch(...args)).stderr)?.[1];
  const config = async (image: string) => JSON.parse(await ok('image', 'inspect', image))[0].Config;

  afterEach(async () => {
    await daemon.pouch('rm', '-f', '-v', 'box');
    await daemon.pouch('rmi', 'made:1');
    await ok('image', 'prune', '-f');
  });

  for (const users of ['host', 'auto'])
    it(`makes an image with the files of a container that runs (--userns ${users})`, async () => {
      await ok(
        'run',
        '-d',
        '--name',
        'box',
        '--userns',
        users,
        ...quick,
        '-v',
        '/data/volume',
        'busybox',
        'sleep',
        '1000',
      );
      await inside(change);
      const before = (await inside(look)).replace('\nf\n', '\n');
      const id = await ok('commit', '-a', 'me', '-m', 'why', 'box', 'made:1');
      assert.match(id, /^sha256:[0-9a-f]{64}$/);
      assert.equal((await daemon.it.inspect('box'))?.State.Status, 'running');
      const after = await ok('run', '--rm', ...quick, '--user', '0', 'made:1', 'sh', '-c', look);
      assert.equal(after, before);
      assert.equal(await ok('image', 'inspect', '-f', '{{.Author}} {{.Comment}}', 'made:1'), 'me why');
      assert.deepEqual(await entriesOf('made:1'), [
        'etc/',
        'etc/.wh.passwd',
        ...['root/', 'root/file', 'root/linked', 'root/symlink'],
        ...['var/', 'var/www/', 'var/www/index'],
      ]);
      assert.equal(
        (await ok('history', '--format', '{{.CreatedBy}} {{.Comment}}', 'made:1')).split('\n')[0],
        'sleep 1000 why',
      );
    });

  it('keeps file capabilities, which containers with and without users of their own then have', async () => {
    await ok('run', '-d', '--name', 'box', '--userns', 'auto', ...quick, 'busybox', 'sleep', '1000');
    await inside('cp /bin/busybox /root/sleep');
    const { Pid } = (await daemon.it.inspect('box'))!.State;
    const file = `/proc/${Pid}/root/root/sleep`;
    await execFileAsync('nsenter', ['-t', `${Pid}`, '-U', 'setcap', 'cap_net_bind_service+ep', file]);
    await ok('commit', 'box', 'made:1');
    for (const users of ['host', 'auto']) {
      await ok('rm', '-f', 'box');
      const options = ['--userns', users, ...quick, '--user', '1234'];
      await ok('run', '-d', '--name', 'box', ...options, 'made:1', '/root/sleep', '1000');
      assert.match(await inside('grep CapEff /proc/1/status'), /^CapEff:\t0{13}400$/, users);
    }
  });

  it('takes the configuration of the container, what the changes say, and no secret', async () => {
    const flags = [
      '-e',
      'A=1',
      '-e',
      'B=1',
      '--secret-env',
      'TOKEN=geheim',
      '-l',
      'one=1',
      '--expose',
      '80',
      '-u',
      '7',
      '-w',
      '/root',
    ];
    await ok(
      'create',
      '--name',
      'box',
      ...quick,
      ...flags,
      '--stop-signal',
      'SIGINT',
      'busybox',
      'echo',
      'hi',
    );
    await ok('start', '-a', 'box');
    const changes = [
      'ENV B=2 C=3',
      'LABEL two=2',
      'EXPOSE 81/udp',
      'VOLUME /more',
      'HEALTHCHECK --interval=5s CMD true',
      'ONBUILD RUN x',
    ];
    await ok('commit', ...changes.flatMap((one) => ['-c', one]), 'box', 'made:1');
    const made = await config('made:1');
    assert.deepEqual(made.Cmd, ['echo', 'hi']);
    assert.ok(
      ['A=1', 'B=2', 'C=3'].every((one) => made.Env.includes(one)),
      made.Env,
    );
    assert.ok(!JSON.stringify(made).includes('TOKEN'));
    assert.deepEqual(made.Labels, { one: '1', two: '2' });
    assert.deepEqual(Object.keys(made.ExposedPorts), ['80/tcp', '81/udp']);
    assert.deepEqual([made.User, made.WorkingDir, made.StopSignal], ['7', '/root', 'SIGINT']);
    assert.deepEqual(Object.keys(made.Volumes), ['/more']);
    await ok('rmi', 'made:1');
    await ok('commit', '-c', 'ENTRYPOINT ["echo", "new"]', 'box', 'made:1');
    const other = await config('made:1');
    assert.deepEqual([other.Entrypoint, other.Cmd ?? null], [['echo', 'new'], null]);
    assert.equal(await ok('run', '--rm', ...quick, 'made:1'), 'new');
  });

  it('makes images without a name, of images that were committed, and a failure leaves nothing', async () => {
    await ok('run', '-d', '--name', 'box', ...quick, 'busybox', 'sleep', '1000');
    assert.equal(await code('commit', 'nobody'), 'PCH_CONTAINER_NOT_FOUND');
    assert.equal(await code('commit', 'box', 'NotLower'), 'PCH_REFERENCE_INVALID');
    assert.equal(await code('commit', '-c', 'RUN x', 'box'), 'PCH_BAD_REQUEST');
    const id = await ok('commit', '--pause=false', 'box');
    await ok('rm', '-f', 'box');
    await ok('run', '-d', '--name', 'box', ...quick, id, 'sleep', '1000');
    await inside('echo two > /two');
    await ok('commit', 'box', 'made:1');
    assert.equal(await ok('run', '--rm', ...quick, 'made:1', 'cat', '/two'), 'two');
  });

  /** What the top layer of a saved image has. */
  async function entriesOf(image: string): Promise<string[]> {
    const directory = await mkdtemp(join(tmpdir(), 'pouch-commit-'));
    try {
      await ok('save', '-o', join(directory, 'image.tar'), image);
      await execFileAsync('tar', ['-C', directory, '-xf', join(directory, 'image.tar')]);
      const [{ Layers }] = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
      const { stdout } = await execFileAsync('tar', ['-tf', join(directory, Layers.at(-1))]);
      return stdout
        .split('\n')
        .filter((name) => name !== '' && name !== './' && name !== '/')
        .sort();
    } finally {
      await rm(directory, { recursive: true });
    }
  }
});
