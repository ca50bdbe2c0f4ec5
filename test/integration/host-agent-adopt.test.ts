import assert from 'node:assert/strict';
import { execa } from 'execa';
import { TestDockerd } from '../support/TestDockerd.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('containers that were made by hand', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const inspect = async (name: string) => (await daemon.it.inspect(name))!;
  const subnet = `198.18.${process.pid % 200}.32/28`;
  const secrets = { DB_PASSWORD: 'one$', TOKEN: 'two' };

  /** Puts secrets in the place of the references to their files. */
  const withSecrets = (yaml: string) =>
    Object.entries(secrets).reduce(
      (text, [name, value]) => text.replace(`\${file:/etc/pouch/secrets/web.${name}}`, value),
      yaml,
    );

  afterEach(async () => {
    await daemon.it.configure('containers: {}\n');
    await ok('apply', '--prune', '--yes');
    for (const name of ['web', 'db']) await pouch('rm', '-f', name);
    await pouch('network', 'rm', 'shop');
    await pouch('volume', 'rm', 'adopted');
  });

  async function runByHand(): Promise<void> {
    await ok('network', 'create', '--subnet', subnet, 'shop');
    const files = ['-v', 'adopted:/data', '-v', '/tmp:/host:ro', '--tmpfs', '/scratch:size=1m'];
    const variables = [
      '-e',
      'A=1',
      '-e',
      `DB_PASSWORD=${secrets.DB_PASSWORD}`,
      '--secret-env',
      `TOKEN=${secrets.TOKEN}`,
    ];
    const limits = ['-m', '32m', '--cpus', '0.5', '--ulimit', 'nofile=512:1024'];
    const network = ['--network', 'shop', '--network-alias', 'w', '-p', '127.0.0.1::80'];
    const others = ['--restart', 'always', '--health-cmd', 'true', '--stop-timeout', '0', '--label', 'a=b'];
    const options = [...files, ...variables, ...limits, ...network, ...others];
    await ok('run', '-dit', '--name', 'web', ...options, 'busybox', 'sleep', '1000');
  }

  it('become those of their declarations without another start, and then get their changes', async () => {
    await runByHand();
    const before = await inspect('web');
    const yaml = await ok('adopt', 'web');
    for (const value of Object.values(secrets)) assert.ok(!yaml.includes(`: ${value}`), yaml);
    assert.match(yaml, /# put the secret value into \/etc\/pouch\/secrets\/web\.TOKEN, with mode 0600/);
    assert.match(yaml, /^networks:\n {2}shop:\n {4}subnet:\n {6}- 198\.18/m);
    assert.doesNotMatch(yaml, /PATH|hostname|not written/);

    const file = withSecrets(yaml);
    await daemon.it.configure(file);
    assert.match(await ok('apply'), /~ container web: adopt .*\n.*web: adopt done\ngeneration \d+: 1 done/);
    const taken = await inspect('web');
    assert.deepEqual([taken.Id, taken.State.Pid], [before.Id, before.State.Pid]);
    assert.equal(await ok('apply'), 'nothing to do');

    await daemon.it.configure(file.replace('memory: 32m', 'memory: 48m'));
    assert.match(await ok('apply'), /~ container web: change/);
    const changed = await inspect('web');
    assert.deepEqual([changed.Id, changed.State.Pid], [before.Id, before.State.Pid]);
    assert.equal(changed.HostConfig.Memory, 48 * 1024 * 1024);
  });

  it('are left alone while they differ from the declaration of their name, unless they are taken', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'db',
      '--network',
      'none',
      '--stop-timeout',
      '0',
      'busybox',
      'sleep',
      '1000',
    );
    assert.equal((await pouch('adopt', '--take', 'db')).exitCode, 1);
    const declared = {
      image: 'busybox',
      command: ['sleep', '1000'],
      network: 'none',
      'stop-timeout': '0',
      memory: '32m',
    };
    await daemon.it.configure(`containers: ${JSON.stringify({ db: declared })}\n`);
    const { exitCode, stdout } = await pouch('apply');
    assert.equal(exitCode, 1);
    assert.match(stdout, /containers\.db: a container of this name was made by hand, and differs: memory/);
    const before = await inspect('db');
    assert.equal(before.HostConfig.Memory, 0);

    await ok('adopt', '--take', 'db');
    assert.match(await ok('apply'), /~ container db: change/);
    const after = await inspect('db');
    assert.deepEqual([after.Id, after.HostConfig.Memory], [before.Id, 32 * 1024 * 1024]);
  });

  describe('by dockerd', () => {
    let dockerd: TestDockerd;
    before(
      async () =>
        void (dockerd = await TestDockerd.start('--bridge=none', '--iptables=false', '--ip6tables=false')),
    );
    after(() => dockerd?.dispose());
    const docker = async (...args: string[]) => (await execa('docker', ['-H', dockerd.host, ...args])).stdout;

    it('run here with the same command, environment, mounts and ports', async () => {
      const files = ['-v', 'adopted:/data', '-v', '/tmp:/host:ro'];
      const options = [
        ...files,
        '-e',
        'A=1',
        '-m',
        '32m',
        '--restart',
        'always',
        '--label',
        'com.docker.compose.project=x',
      ];
      const ports = ['-p', '127.0.0.1:18493:80', '--stop-timeout', '0'];
      await docker('create', '--name', 'web', ...options, ...ports, 'busybox', 'sleep', '1000');
      const yaml = await ok('adopt', '--from', dockerd.host, 'web');
      assert.match(yaml, /# its data stays with the other daemon/);
      assert.doesNotMatch(yaml, /compose|PATH|not written/);
      await daemon.it.configure(yaml);
      await ok('apply');
      const [theirs] = JSON.parse(await docker('inspect', 'web')) as [Awaited<ReturnType<typeof inspect>>];
      const ours = await inspect('web');
      assert.equal(ours.State.Status, 'running');
      for (const key of ['Cmd', 'Entrypoint', 'WorkingDir', 'User'] as const)
        assert.deepEqual(ours.Config[key] || null, theirs.Config[key] || null, key);
      const own = (env: string[] | null | undefined) =>
        (env ?? []).filter((one) => !/^(PATH|HOSTNAME|HOME)=/.test(one));
      assert.deepEqual(own(ours.Config.Env), own(theirs.Config.Env));
      for (const key of ['Binds', 'Memory', 'PortBindings', 'RestartPolicy'] as const)
        assert.deepEqual(ours.HostConfig[key], theirs.HostConfig[key], key);
    });
  });
});
