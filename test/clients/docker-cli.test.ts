/** The docker CLI, unmodified. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { skip } from '../support/skip.ts';
import { Docker, said } from '../support/Docker.ts';
import { target, uniqueName, type Target } from './support/target.ts';

describe('docker CLI', function () {
  this.timeout(60_000);
  let api: Target | undefined;
  let docker: Docker;
  let image: string;
  let name: string;

  before(async () => {
    api = await target('docker CLI');
    docker = new Docker(api.socket);
    image = api.image;
  });
  after(() => api?.stop());
  beforeEach(() => (name = uniqueName()));
  afterEach(() => docker.run(['rm', '-f', '-v', name]));

  const sleeper = (...options: string[]): Promise<string> =>
    docker.ok('run', '-d', '--name', name, ...options, image, 'sleep', '1000');

  describe('run', () => {
    it('shows the output and removes the container', async () => {
      const { code, stdout, stderr } = await docker.run([
        'run',
        '--rm',
        '--name',
        name,
        image,
        'echo',
        'hello',
      ]);
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'hello\n', stderr: '' });
      assert.equal(await docker.ok('ps', '-aq', '--filter', `name=${name}`), '');
    });

    it('separates stdout, stderr and the exit code', async () => {
      const script = 'echo out; echo err >&2; exit 7';
      const { code, stdout, stderr } = await docker.run(['run', '--rm', image, 'sh', '-c', script]);
      assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: 'out\n', stderr: 'err\n' });
    });

    it('passes the environment', async () => {
      const { stdout } = await docker.run(['run', '--rm', '-e', 'A=b c', image, 'env']);
      assert.match(stdout, /^A=b c$/m);
    });

    it('passes input to its end', async () => {
      const { code, stdout } = await docker.run(['run', '--rm', '-i', image, 'cat'], 'typed\n');
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'typed\n' });
    });

    it('passes megabytes unchanged', async () => {
      const data = randomBytes(8 * 1024 * 1024);
      const child = docker.start('docker', ['run', '--rm', '-i', image, 'cat']);
      const hash = createHash('sha256');
      child.stdout?.on('data', (chunk: Buffer) => hash.update(chunk));
      child.stdin?.end(data);
      await once(child, 'close');
      assert.equal(hash.digest('hex'), createHash('sha256').update(data).digest('hex'));
    });

    it('prints long output to its last line', async () => {
      const { stdout } = await docker.run(['run', '--rm', image, 'seq', '200000']);
      assert.equal(stdout.length, 1_288_895);
      assert.ok(stdout.endsWith('\n200000\n'));
    });

    it('with a terminal passes its size and returns the exit code', async () => {
      const { code, stdout } = await docker.atTerminal(
        ['run', '--rm', '-it', image, 'sh', '-c', 'tty; exit 5'],
        [],
      );
      assert.equal(code, 5);
      assert.match(stdout, /\/dev\/pts\/0|\/dev\/console/);
    });

    it('with a terminal is interactive', async () => {
      const { code, stdout } = await docker.atTerminal(
        ['run', '--rm', '-it', '--name', name, image, 'sh', '-c', 'echo ready; sh'],
        [
          [/ready/, 'echo a-$((1+1))-b\r'],
          [/a-/, 'exit 4\r'],
        ],
      );
      assert.equal(code, 4);
      assert.match(stdout, /a-/);
    });

    it('exits with 127 for a command that does not exist', async () => {
      const { code, stderr } = await docker.run(['run', '--rm', image, 'no-such-command']);
      assert.equal(code, 127);
      assert.match(stderr, /no-such-command/);
    });

    it('exits with 125 for an option that is rejected', async () => {
      const { code, stderr } = await docker.run(['run', '--rm', '-m', '1m', image, 'true']);
      assert.equal(code, 125);
      assert.match(stderr, /--memory: expected at least 6 MiB/);
    });

    it('warns of options without effect', async () => {
      const { stderr } = await docker.run(['create', '--name', name, '--isolation', 'process', image]);
      assert.match(stderr, /WARNING: .*Isolation/);
    });
  });

  describe('a health check', () => {
    const health = async (field: string) => await docker.ok('inspect', '-f', `{{${field}}}`, name);
    const becomes = async (status: string) =>
      assert.ok(
        await waitUntil(async () => (await health('.State.Health.Status')) === status, { withinMs: 30_000 }),
        status,
      );

    it('is shown by ps, inspect and events, and filters containers', async () => {
      const since = String(Math.floor(Date.now() / 1000));
      const often = ['--health-interval', '200ms', '--health-retries', '2', '--health-timeout', '5s'];
      await sleeper('--health-cmd', 'echo looked; test ! -e /ill', ...often);
      await becomes('healthy');
      const listed = (status: string) =>
        docker.ok(
          'ps',
          '--filter',
          `name=${name}`,
          '--filter',
          `health=${status}`,
          '--format',
          '{{.Status}}',
        );
      assert.match(await listed('healthy'), /^Up .* \(healthy\)$/);
      assert.equal(await health('(index .State.Health.Log 0).Output'), 'looked\n'.trim());
      assert.equal(await health('.Config.Healthcheck.Interval'), '200ms');
      await docker.ok('exec', name, 'touch', '/ill');
      await becomes('unhealthy');
      assert.match(await listed('unhealthy'), /\(unhealthy\)$/);
      assert.equal(await listed('healthy'), '');
      const events = await docker.ok(
        'events',
        '--since',
        since,
        '--until',
        '0s',
        '--filter',
        `container=${name}`,
      );
      assert.match(
        events,
        /exec_create: \/bin\/sh -c echo looked[^]*health_status: healthy[^]*health_status: unhealthy/,
      );
    });

    it('can be switched off, and has Docker’s limits', async () => {
      await sleeper('--no-healthcheck');
      assert.equal(await health('json .State.Health'), 'null');
      assert.equal(await health('json .Config.Healthcheck.Test'), '["NONE"]');
      const bad = ['create', '--health-cmd', 'x', '--health-interval', '10us', image];
      assert.match((await docker.run(bad)).stderr, /Interval in Healthcheck cannot be less than 1ms/);
    });
  });

  describe('files', () => {
    it('are copied in both directions and exported', async () => {
      await sleeper();
      const tarball = await docker.ok('cp', `${name}:/etc/passwd`, '-');
      assert.match(tarball, /^passwd\0[^]*root:x:0:0/);
      await docker.ok('cp', import.meta.filename, `${name}:/tmp/copied`);
      const copied = await docker.ok('exec', name, 'cat', '/tmp/copied');
      assert.match(copied, /The docker CLI, unmodified/);
      assert.match(await docker.ok('export', name), /^[^]*tmp\/copied\0/);
      assert.match(await docker.ok('diff', name), /^C \/tmp\nA \/tmp\/copied$/m);
      const { code, stderr } = await docker.run(['cp', `${name}:/missing`, '-']);
      assert.notEqual(code, 0);
      assert.match(stderr, /Could not find the file \/missing in container/);
    });
  });

  describe('a running container', () => {
    it('is listed and inspected', async () => {
      const id = await sleeper('--label', 'tier=front');
      const [row = ''] = (
        await docker.ok(
          'ps',
          '--no-trunc',
          '--filter',
          `name=${name}`,
          '--format',
          '{{.ID}} {{.Names}} {{.Status}} {{.Command}}',
        )
      ).split('\n');
      assert.match(row, new RegExp(`^${id} ${name} Up .*sleep 1000`));
      assert.equal(
        await docker.ok('inspect', '--format', '{{.State.Status}} {{.Config.Labels.tier}}', name),
        'running front',
      );
      assert.equal(await docker.ok('inspect', '--format', '{{.Id}}', id.slice(0, 12)), id);
    });

    it('executes further commands', async () => {
      await sleeper();
      assert.equal(await docker.ok('exec', name, 'echo', 'inside'), 'inside');
      assert.equal((await docker.run(['exec', name, 'sh', '-c', 'exit 3'])).code, 3);
      assert.equal((await docker.run(['exec', '-i', name, 'cat'], 'in')).stdout, 'in');
      assert.equal((await docker.run(['exec', name, 'no-such-command'])).code, 127);
      assert.equal((await docker.run(['exec', '-d', name, 'true'])).code, 0);
      assert.equal(await docker.ok('exec', '-e', 'X=1', name, 'sh', '-c', 'echo $X'), '1');
    });

    it('executes a shell with a terminal', async () => {
      await sleeper();
      const { code } = await docker.atTerminal(
        ['exec', '-it', name, 'sh', '-c', 'echo ready; sh'],
        [[/ready/, 'exit 9\r']],
      );
      assert.equal(code, 9);
    });

    it('stops, starts, restarts, pauses and is killed', async () => {
      await sleeper('--stop-timeout', '1');
      const status = (): Promise<string> => docker.ok('inspect', '--format', '{{.State.Status}}', name);
      await docker.ok('pause', name);
      assert.equal(await status(), 'paused');
      await docker.ok('unpause', name);
      await docker.ok('stop', name);
      assert.equal(await status(), 'exited');
      await docker.ok('start', name);
      assert.equal(await status(), 'running');
      await docker.ok('restart', '-t', '1', name);
      assert.equal(await status(), 'running');
      await docker.ok('kill', name);
      assert.equal(await docker.ok('wait', name), '137');
      assert.equal((await docker.run(['kill', name])).code, 1);
    });

    it('is updated with new limits and another restart policy', async () => {
      await sleeper('-m', '64m');
      await docker.ok(
        'update',
        '-m',
        '128m',
        '--memory-swap',
        '-1',
        '--cpus',
        '0.5',
        '--restart',
        'always',
        name,
      );
      const format = '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}}';
      assert.equal(await docker.ok('inspect', '--format', format, name), '134217728 500000000 always');
      await docker.ok('update', '--restart', 'no', name);
      assert.equal((await docker.run(['update', '-m', '1m', name])).code, 1);
    });

    it('reports its resource usage', async () => {
      await sleeper('-m', '64m');
      const format = '{{.Name}} {{.MemUsage}} {{.PIDs}}';
      const line = await docker.ok('stats', '--no-stream', '--format', format, name);
      assert.match(line, new RegExp(`^${name} [1-9][\\d.]*[KM]iB / 64MiB 1$`));
      assert.match(await docker.ok('stats', '--no-stream'), new RegExp(name));
    });

    it('of one that does not run, too', async () => {
      await docker.ok('create', '--name', name, image, 'true');
      const format = '{{.CPUPerc}} {{.MemUsage}}';
      assert.equal(await docker.ok('stats', '--no-stream', '--format', format, name), '0.00% 0B / 0B');
    });

    it('cannot be removed without force', async () => {
      await sleeper();
      const refused = await docker.run(['rm', name]);
      assert.equal(refused.code, 1);
      await docker.ok('rm', '-f', name);
      assert.match((await docker.run(['inspect', name])).stderr, new RegExp(`No such object: ${name}`, 'i'));
    });

    it('lists its processes', async () => {
      await sleeper();
      assert.match(await docker.ok('top', name), /sleep 1000/);
    });

    it('is renamed', async () => {
      const id = await sleeper();
      const other = uniqueName();
      await docker.ok('rename', name, other);
      assert.equal(await docker.ok('inspect', '--format', '{{.Id}}', other), id);
      await docker.ok('rename', other, name);
    });

    it('keeps running after the detach keys', async () => {
      await docker.ok('run', '-dit', '--name', name, image, 'sh');
      const { stdout } = await docker.atTerminal(
        ['attach', name],
        [
          [undefined, 'echo typed-it\r'],
          [/typed-it\s[^]*typed-it/, '\x10\x11'],
        ],
      );
      assert.match(stdout, /read escape sequence/);
      assert.equal(await docker.ok('inspect', '--format', '{{.State.Status}}', name), 'running');
    });
  });

  describe('logs', () => {
    it('are printed with timestamps, from the end', async () => {
      await docker.ok('run', '--name', name, image, 'sh', '-c', 'echo one; echo two >&2; echo three');
      const { stdout, stderr } = await docker.run(['logs', name]);
      assert.equal(stdout, 'one\nthree\n');
      assert.equal(stderr, 'two\n');
      // The streams are separate pipes, so the order of their last lines is unknown.
      const last = await docker.run(['logs', '-t', '--tail', '1', name]);
      assert.match(last.stdout + last.stderr, /^\d{4}-\d\d-\d\dT\S+Z (two|three)\n$/);
    });

    it('are followed until the container ends', async () => {
      await docker.ok('run', '-d', '-i', '--name', name, image, 'cat');
      const follower = docker.start('docker', ['logs', '-f', name]);
      const heard = said(follower, /later/);
      const typist = docker.start('docker', ['attach', '--sig-proxy=false', name]);
      typist.stdin?.write('later\n');
      await heard;
      typist.kill();
      const ended = once(follower, 'exit');
      await docker.ok('kill', name);
      await ended;
    });
  });

  it('prints events as they happen', async () => {
    const watcher = docker.start('docker', [
      'events',
      '--format',
      '{{.Action}}',
      '--filter',
      `container=${name}`,
    ]);
    // The watcher does not report when it is ready, so events are repeated until it has seen a complete life cycle.
    const seen = said(watcher, /destroy[^]*create[^]*start[^]*die[^]*destroy/);
    let done = false;
    void seen.then(() => (done = true));
    while (!done) await docker.ok('run', '--rm', '--name', name, image, 'true');
    watcher.kill();
    await seen;
  });

  describe('build', () => {
    let context: string;
    beforeEach(async () => {
      context = await mkdtemp(join(tmpdir(), 'pouch-docker-build-'));
      await writeFile(join(context, 'a'), 'of the context');
    });
    afterEach(() => rm(context, { recursive: true }));

    const build = (dockerfile: string, ...args: string[]) =>
      writeFile(join(context, 'Dockerfile'), dockerfile).then(() => docker.run(['build', ...args, context]));

    it('makes an image by Docker’s first builder', async () => {
      const tag = `example.test/${name}:1`;
      const text = `FROM ${image} AS one\nARG WHO\nRUN echo "hello $WHO" >/who\nFROM one\nCOPY a /\nCMD ["cat","/who","/a"]`;
      const { code, stdout, stderr } = await build(
        text,
        '-t',
        tag,
        '--build-arg',
        'WHO=you',
        '--label',
        'l=1',
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Step 3\/3 : RUN echo "hello \$WHO" >\/who/);
      assert.ok(stdout.includes(`Successfully tagged ${tag}\n`), stdout);
      assert.equal(await docker.ok('run', '--rm', tag), 'hello you\nof the context');
      assert.equal(await docker.ok('inspect', '-f', '{{.Config.Labels.l}}', tag), '1');
      assert.match((await build(text, '--build-arg', 'WHO=you')).stdout, /Using cache/);
      await docker.ok('rmi', tag);
    });

    it('prints the id of the image with -q', async () => {
      const { code, stdout } = await build(`FROM ${image}\nRUN true`, '-q', '--no-cache');
      assert.equal(code, 0);
      assert.match(stdout, /^sha256:[0-9a-f]{64}\n$/);
      assert.equal((await docker.run(['rmi', stdout.trim()])).code, 0);
    });

    it('reports what has failed', async () => {
      const { code, stderr } = await build(`FROM ${image}\nRUN exit 7`);
      assert.equal(code, 1);
      assert.match(stderr, /The command '\/bin\/sh -c exit 7' returned a non-zero code: 7/);
      assert.match((await build('FROM $X')).stderr, /should not be blank/);
    });

    it('has a cache that can be removed', async () => {
      assert.match(await docker.ok('builder', 'prune', '-f'), /^Total reclaimed space: /m);
    });
  });

  describe('images', () => {
    it('are listed, inspected, tagged and untagged', async () => {
      const repository = `example.test/${name}`;
      await docker.ok('tag', image, `${repository}:1`);
      const id = await docker.ok('inspect', '--type', 'image', '--format', '{{.Id}}', image);
      assert.equal(
        await docker.ok('images', '--no-trunc', '--format', '{{.ID}} {{.Tag}}', repository),
        `${id} 1`,
      );
      assert.ok(await docker.ok('history', '-q', image));
      assert.equal(await docker.ok('rmi', `${repository}:1`), `Untagged: ${repository}:1`);
      assert.match((await docker.run(['rmi', `${repository}:1`])).stderr, /No such image/);
    });

    it('are pulled', async function () {
      if (!api?.pullable) return skip(this, 'the daemon was there, and its registry is not known');
      const [reference] = api.pullable;
      const pulled = await docker.ok('pull', reference);
      assert.ok(pulled.includes(`Status: Downloaded newer image for ${reference}`), pulled);
      assert.equal(pulled.split('Digest: ').length, 2);
      assert.equal((await docker.run(['pull', `${reference}-not`])).code, 1);
    });

    it('are pushed, also with all tags, and found at the registry', async function () {
      if (!api?.pullable) return skip(this, 'the daemon was there, and its registry is not known');
      const repository = `${api.pullable[0].replace(/\/.*$/, '')}/pushed-${name}`;
      for (const tag of ['1', '2']) await docker.ok('tag', image, `${repository}:${tag}`);
      assert.match(await docker.ok('push', `${repository}:1`), /^1: digest: sha256:[0-9a-f]{64} size: \d+$/m);
      assert.match(await docker.ok('push', '-a', repository), /Layer already exists[^]*2: digest: sha256:/);
      await docker.ok('rmi', `${repository}:1`, `${repository}:2`);
      const pulled = await docker.ok('pull', '-a', repository);
      assert.equal(pulled.split('Status: Downloaded newer image').length, 3);
      await docker.ok('rmi', `${repository}:1`, `${repository}:2`);
      assert.match(
        (await docker.run(['push', `${repository}:1`])).stderr,
        /does not exist locally with the tag/,
      );
    });

    it('are pulled by run when they are missing', async function () {
      if (!api?.pullable) return skip(this, 'the daemon was there, and its registry is not known');
      const [, reference] = api.pullable;
      const { code, stderr } = await docker.run(['run', '--rm', reference, 'true']);
      assert.equal(code, 0);
      assert.ok(stderr.includes(`Unable to find image '${reference}' locally`), stderr);
    });
  });

  it('creates and uses volumes of a driver, with its options', async () => {
    const options = ['-o', 'type=tmpfs', '-o', 'device=tmpfs', '-o', 'o=size=1m'];
    assert.equal(await docker.ok('volume', 'create', '-d', 'local', ...options, name), name);
    assert.equal(await docker.ok('volume', 'inspect', '--format', '{{.Options.type}}', name), 'tmpfs');
    assert.equal(await docker.ok('volume', 'ls', '-q', '-f', `name=${name}`, '-f', 'driver=local'), name);
    assert.equal(await docker.ok('volume', 'ls', '-q', '-f', 'driver=nosuch'), '');
    const write = ['dd', 'if=/dev/zero', 'of=/data/file', 'bs=1M', 'count=2'];
    const { stderr } = await docker.run(['run', '--rm', '-v', `${name}:/data`, image, ...write]);
    assert.match(stderr, /No space left on device/);
    await docker.ok('volume', 'rm', name);
    const mount = `type=volume,source=${name},target=/data,volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=tmpfs`;
    assert.match(await docker.ok('run', '--rm', '--mount', mount, image, 'df', '/data'), / \/data$/m);
    await docker.ok('volume', 'rm', name);
    for (const words of [
      ['volume', 'create', '-d', 'nosuch', name],
      ['run', '--rm', '--volume-driver', 'nosuch', '-v', `${name}:/data`, image],
    ])
      assert.match((await docker.run(words)).stderr, /nosuch/);
    assert.match(await docker.ok('info', '--format', '{{.Plugins.Volume}}'), /local/);
  });

  it('creates, lists and removes volumes', async () => {
    assert.equal(await docker.ok('volume', 'create', name), name);
    assert.equal(await docker.ok('volume', 'ls', '-q', '--filter', `name=${name}`), name);
    assert.equal(await docker.ok('volume', 'inspect', '--format', '{{.Driver}}', name), 'local');
    await docker.ok('volume', 'rm', name);
    assert.equal((await docker.run(['volume', 'inspect', name])).code, 1);
  });

  it('creates, joins, leaves and removes networks', async () => {
    const subnet = `198.19.${process.pid % 200}.240/28`;
    const id = await docker.ok('network', 'create', '--subnet', subnet, '--label', 'a=b', name);
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal(await docker.ok('network', 'ls', '-q', '--no-trunc', '--filter', `name=${name}`), id);
    const byNetwork = '{{range $name, $one := .NetworkSettings.Networks}}{{$name}} {{end}}';
    await sleeper('--network', name, '--network-alias', 'db');
    assert.equal((await docker.ok('inspect', '--format', byNetwork, name)).trim(), name);
    assert.match(await docker.ok('network', 'inspect', '--format', '{{json .Containers}}', name), /"\w{64}"/);
    const inUse = await docker.run(['network', 'rm', name]);
    assert.match(inUse.stderr, /has active endpoints/);
    await docker.ok('network', 'connect', 'bridge', name);
    await docker.ok('network', 'disconnect', name, name);
    assert.equal((await docker.ok('inspect', '--format', byNetwork, name)).trim(), 'bridge');
    await docker.ok('network', 'rm', name);
    const missing = await docker.run(['run', '--rm', '--network', name, image, 'true']);
    assert.equal(missing.code, 125);
    assert.match(missing.stderr, new RegExp(`network ${name} not found`));
    assert.doesNotMatch(missing.stderr, /Unable to find image/);
  });

  it('creates networks with IPv6, and of the driver macvlan', async () => {
    const [four, six] = [`198.19.${process.pid % 200}`, `fd57:${(process.pid % 0xffff).toString(16)}:`];
    const subnets = ['--subnet', `${four}.0/28`, '--subnet', `${six}:/64`, '--gateway', `${six}:9`];
    await docker.ok('network', 'create', '--ipv6', ...subnets, '--aux-address', `x=${four}.5`, name);
    assert.match(await docker.ok('network', 'inspect', name), /"AuxiliaryAddresses": \{\s+"x"/);
    await sleeper('--network', name, '--ip6', `${six}:55`, '-p', '80');
    const format =
      '{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}';
    assert.equal(await docker.ok('inspect', '--format', format, name), `${six}:55/64 ${six}:9`);
    assert.match(await docker.ok('port', name), /80\/tcp -> 0\.0\.0\.0:(\d+)\n80\/tcp -> \[::\]:\1/);
    await docker.ok('rm', '-f', name);
    await docker.ok('network', 'rm', name);
    await docker.ok('network', 'create', '-d', 'macvlan', '--subnet', `${four}.32/28`, name);
    assert.equal(
      await docker.ok('network', 'inspect', '--format', '{{.Driver}} {{.Internal}}', name),
      'macvlan true',
    );
    await docker.ok('run', '--rm', '--network', name, '--ip', `${four}.40`, image, 'true');
    await docker.ok('network', 'rm', name);
  });

  it('reads info, version, networks and disk usage', async () => {
    assert.match(await docker.ok('info'), /Default Runtime: \S+/);
    assert.match(await docker.ok('version'), /API version:\s+1\.47/);
    assert.match(await docker.ok('network', 'ls'), /bridge/);
    assert.match(await docker.ok('network', 'inspect', 'bridge'), /"Subnet"/);
    assert.match(await docker.ok('system', 'df'), /Images/);
  });

  it('reports missing objects', async () => {
    const { code, stderr } = await docker.run(['cp', 'x:/y', '-']);
    assert.equal(code, 1);
    assert.match(stderr, /No such container: x \(hint: /);
  });
});
