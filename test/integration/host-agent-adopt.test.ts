import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { TestDockerd } from '../support/TestDockerd.ts';
import { podmanBusybox, TestPodman } from '../support/TestPodman.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('containers that were made by hand', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const inspect = async (name: string) => (await daemon.it.inspect(name))!;
  const part = process.pid % 200;
  const subnet = `198.18.${part}.32/28`;
  const address = (host: number) => `198.18.${part}.${host}`;
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

    /** Of six kinds. */
    async function createAll(): Promise<string[]> {
      const networks = ['--subnet', subnet, '--opt', 'com.docker.network.bridge.enable_icc=false'];
      await docker('network', 'create', ...networks, '--aux-address', `r=${address(34)}`, 'shop');
      await docker('network', 'create', '--subnet', `198.18.${part}.48/28`, 'back');
      const containers: Record<string, string[]> = {
        plain: [],
        several: ['--network', 'shop', '--ip', address(37), '--network-alias', 'w', '-P', '--expose', '99'],
        host: ['--network', 'host', '--privileged', '-it', '--entrypoint', 'sh'],
        confined: [
          ...['--network', 'none', '--read-only', '--cap-drop', 'ALL', '--cap-add', 'CHOWN', '--user', '1:1'],
          ...['--security-opt', 'no-new-privileges', '--security-opt', 'systempaths=unconfined'],
          ...['--pids-limit', '50', '--hostname', 'h', '--device', '/dev/fuse:/dev/f:r'],
        ],
        mounts: [
          '--mount',
          'type=tmpfs,dst=/t,tmpfs-size=1m',
          '-v',
          '/anon',
          '--volumes-from',
          'plain:ro',
          '--rm',
        ],
        joined: ['--network', 'container:plain'],
      };
      for (const [name, options] of Object.entries(containers))
        await docker(
          'create',
          '--name',
          `d-${name}`,
          ...options.map((one) => one.replace(/\bplain\b/, 'd-plain')),
          'busybox',
          'true',
        );
      await docker('network', 'connect', '--alias', 'z', 'back', 'd-several');
      return Object.keys(containers).map((name) => `d-${name}`);
    }

    it('are converted from what docker inspect prints, one or several', async () => {
      const all = await createAll();
      const inspected = await docker('inspect', ...all);
      const convert = async (text: string, ...options: string[]) => {
        const file = join(dockerd.directory, 'inspected.json');
        writeFileSync(file, text);
        return await pouch('config', 'convert', file, ...options);
      };
      const whole = JSON.parse(inspected) as { Image: string }[];
      const others = await docker('inspect', whole[0]!.Image, 'shop', 'back');
      const beside = JSON.stringify([...whole, ...(JSON.parse(others) as object[])]);

      const refused = await convert(beside);
      assert.equal(refused.exitCode, 1);
      assert.equal(refused.stderr.trim(), 'd-mounts: rm: declared containers stay when they end');
      const { stdout } = await convert(beside, '--force');
      const { containers, networks } = parse(stdout) as Record<
        string,
        Record<string, Record<string, unknown>>
      >;

      assert.equal(stdout.trim(), await ok('adopt', '--from', dockerd.host, ...all));
      assert.deepEqual(Object.keys(containers!), all);
      const words = (name: string) => {
        const { cgroupns: _cgroupns, command: _command, ...rest } = containers![name]!;
        return rest;
      };
      assert.deepEqual(words('d-plain'), { image: 'busybox' });
      assert.deepEqual(words('d-several'), {
        image: 'busybox',
        network: ['shop', { name: 'back', alias: ['z'] }],
        'publish-all': true,
        expose: ['99'],
        ip: address(37),
        'network-alias': ['w'],
      });
      assert.deepEqual(words('d-host'), {
        image: 'busybox',
        network: 'host',
        entrypoint: 'sh',
        tty: true,
        interactive: true,
        privileged: true,
      });
      assert.deepEqual(words('d-joined'), { image: 'busybox', network: 'container:d-plain' });
      assert.deepEqual(words('d-confined')['security-opt'], ['no-new-privileges', 'systempaths=unconfined']);
      assert.deepEqual(networks!['shop'], {
        subnet: [subnet],
        'aux-address': [`r=${address(34)}`],
        opt: { 'com.docker.network.bridge.enable_icc': 'false' },
      });

      const single = await convert(JSON.stringify(whole[0]));
      assert.equal(single.exitCode, 0, single.stderr);
      assert.match(single.stdout, /# its image is not known here/);
      for (const [text, expected] of [
        [others, /expected containers of `docker inspect`, found an object with the keys Id/],
        ['[]', /found none/],
        ['[1]', /found 1/],
        ['[{', /inspected\.json:1:\d+: /],
        ['null', /expected a map with services, found nothing/],
      ] as const) {
        const { exitCode, stderr } = await convert(text);
        assert.equal(exitCode, 1, text);
        assert.match(stderr, expected);
      }
    });
  });

  describe('by podman', () => {
    let engine: TestPodman;
    before(async () => void (engine = await TestPodman.start()));
    after(() => engine?.dispose());

    it('run here as they are declared there', async () => {
      const files = ['-v', 'adopted:/data', '-v', '/tmp:/host:ro', '-v', '/anon', '--tmpfs', '/t:size=1m'];
      const limits = ['-m', '32m', '--cpus', '0.5', '--ulimit', 'nofile=512:1024'];
      const others = [
        '-e',
        'A=1',
        '--restart',
        'on-failure:3',
        '--stop-signal',
        'INT',
        '--health-cmd',
        'true',
      ];
      const network = ['-p', '127.0.0.1:18494:80', '--expose', '99'];
      const options = [...files, ...limits, ...others, ...network, '--stop-timeout', '0'];
      await engine.podman('create', '--name', 'web', ...options, podmanBusybox, 'sleep', '1000');
      const yaml = await ok('adopt', '--from', engine.host, 'web');
      assert.deepEqual((parse(yaml) as { containers: unknown }).containers, {
        web: {
          image: podmanBusybox,
          command: ['sleep', '1000'],
          volume: ['/tmp:/host:ro', 'adopted:/data', '/anon'],
          tmpfs: ['/t:nosuid,nodev,size=1m,exec'],
          memory: '32m',
          cpus: 0.5,
          publish: ['127.0.0.1:18494:80'],
          expose: ['99'],
          env: { A: '1' },
          'stop-signal': 'SIGINT',
          'stop-timeout': 0,
          ulimit: { nofile: '512:1024' },
          restart: 'on-failure:3',
          'health-cmd': 'true',
        },
      });
      await daemon.it.configure(yaml.replace(podmanBusybox, 'busybox'));
      await ok('apply');
      const ours = await inspect('web');
      assert.equal(ours.State.Status, 'running');
      assert.deepEqual(ours.HostConfig.Binds, ['/tmp:/host:ro', 'adopted:/data']);
    });

    it('are here as those that run there', async () => {
      await engine.run('busy', '-m', '48m', '-e', 'A=1', '-w', '/tmp', podmanBusybox, 'sleep', '1000');
      const yaml = await ok('adopt', '--from', engine.host, 'busy');
      assert.deepEqual((parse(yaml) as { containers: unknown }).containers, {
        busy: {
          image: podmanBusybox,
          command: ['sleep', '1000'],
          memory: '48m',
          network: 'none',
          workdir: '/tmp',
          env: { A: '1' },
          'stop-timeout': 0,
          ulimit: { nofile: 1024, nproc: 1024 },
        },
      });
      await daemon.it.configure(yaml.replace(podmanBusybox, 'busybox'));
      await ok('apply', '--prune', '--yes');
      const look = ['busy', 'sh', '-c', 'echo "$HOME $A $PWD"; ulimit -n'];
      assert.equal(await ok('exec', ...look), (await engine.podman('exec', ...look)).trim());
    });
  });
});
