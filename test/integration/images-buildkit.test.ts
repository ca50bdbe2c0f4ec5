/** pouch build, docker build and docker buildx with BuildKit. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cgroupRoots } from '../../core/apply/effects/cgroup.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { compose2 } from '../support/compose.ts';
import { skip } from '../support/skip.ts';
import { buildsIn, processesWith, programOfArm64 } from '../support/builtImages.ts';
import { buildkitPrograms } from '../support/buildkit.ts';
import { buildx } from '../support/buildx.ts';
import { basicAuth, FaultyProxy } from '../support/FaultyProxy.ts';
import { startBuildkitd } from '../support/startBuildkitd.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { TestRegistry } from '../support/TestRegistry.ts';

describe('BuildKit', function () {
  this.timeout(120_000);
  let d: TestPouchd;
  let context: string;
  let path: string;

  before(async function () {
    this.timeout(600_000);
    path = `${await buildkitPrograms()}:${process.env['PATH']}`;
    d = await TestPouchd.create({ env: { PATH: path } });
  });
  after(() => d?.dispose());
  beforeEach(async () => {
    context = await mkdtemp(join(d.dir, 'context-'));
  });
  afterEach(() => rm(context, { recursive: true }));

  const { write, built, run } = buildsIn(() => ({ d, context }));

  /** Of a build that has ended; the daemon of BuildKit has a place, a container and a cgroup while it runs. */
  async function places(): Promise<{ directories: string[]; containers: string[]; cgroups: string[] }> {
    const containers = (await d.pouch('ps', '-aq', '--filter', 'label=io.pouch.build')).stdout.split('\n');
    const cgroups = (await cgroupRoots()).flatMap((root) => {
      const parent = join(root, d.names.cgroupParent);
      return existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith('build-')) : [];
    });
    return {
      directories: await readdir(join(d.root, 'builds')).catch(() => []),
      containers: containers.filter(Boolean),
      cgroups: [...new Set(cgroups)],
    };
  }

  const buildkitds = () => processesWith('--config', join(d.root, 'builds'));

  it('runs stages with arguments, secrets, heredocs and what .dockerignore leaves', async () => {
    const secret = 'Ohfa4eir7ahPh1ie';
    await writeFile(join(d.dir, 'secret'), secret);
    await write({
      Dockerfile: [
        '# syntax=docker/dockerfile:1',
        'ARG BASE=nosuch',
        'FROM ${BASE} AS one',
        'ARG WHO=nobody',
        'RUN <<EOF',
        'echo "hello $WHO" >/who',
        'EOF',
        'FROM one AS two',
        'RUN false',
        'FROM busybox',
        'COPY --from=one /who /who',
        'RUN --mount=type=secret,id=key test "$(cat /run/secrets/key)" = ' + secret.split('').join("''"),
        'COPY . /all',
        'HEALTHCHECK --interval=7s CMD true',
        'CMD ["cat","/who"]',
      ].join('\n'),
      '.dockerignore': '*.tmp\n',
      'b.tmp': '',
    });
    const text = await built(
      ...['-t', 'kit:1', '--build-arg', 'BASE=busybox', '--build-arg', 'WHO=you', '--label', 'given=2'],
      ...['--secret', `id=key,src=${join(d.dir, 'secret')}`],
    );
    assert.match(text, /\[one 1\/2\] FROM busybox|FROM busybox/);
    assert.match(text, /^Successfully built [0-9a-f]{12}\nSuccessfully tagged kit:1$/m);
    assert.equal(await run('kit:1'), 'hello you\n');
    assert.equal(await run('kit:1', 'ls', '-A', '/all'), '.dockerignore\nDockerfile\n');
    const { Config, RootFS } = await d.client.images.inspect('kit:1');
    assert.deepEqual(Config?.Labels, { given: '2' });
    assert.ok(JSON.stringify(Config).includes('"Interval":7000000000'));
    // Layers of the base stay as they were pulled.
    const base = await d.client.images.inspect('busybox');
    assert.deepEqual(RootFS.Layers?.slice(0, base.RootFS.Layers?.length), base.RootFS.Layers);
    assert.ok(!(await d.log()).includes(secret));
  });

  it('does not run again what it has run, but for --no-cache and after a prune', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN date +%N >/now' });
    await built('-t', 'cached:1');
    assert.match(await built('-t', 'cached:2'), /^#\d+ CACHED$/m);
    const [one, two] = [await d.client.images.inspect('cached:1'), await d.client.images.inspect('cached:2')];
    assert.equal(one.Id, two.Id);
    await built('-t', 'cached:3', '--no-cache');
    assert.notEqual((await d.client.images.inspect('cached:3')).Id, one.Id);
    const { stdout } = await d.pouch('builder', 'prune', '-f');
    assert.match(stdout, /^Total reclaimed space: [1-9]/m);
    await built('-t', 'cached:4');
    assert.notEqual((await d.client.images.inspect('cached:4')).Id, one.Id);
  });

  it('gives RUN the rights, the cgroup and the network of a container', async () => {
    const script = 'grep -E "Cap(Bnd|Eff)|Seccomp:" /proc/self/status';
    await write({
      Dockerfile: `FROM busybox\nRUN ${script} >/rights; cat /proc/self/cgroup >/cgroup; ip -4 -o addr >/addr; cat /etc/resolv.conf >/resolv; grep db /etc/hosts >/hosts`,
    });
    await built('-t', 'rights:1', '--add-host', 'db:10.1.2.3');
    assert.equal(await run('rights:1', 'cat', '/rights'), await run('busybox', 'sh', '-c', script));
    assert.match(await run('rights:1', 'cat', '/cgroup'), new RegExp(`${d.names.cgroupParent}/build-`));
    assert.match(await run('rights:1', 'cat', '/addr'), /eth0 +inet 10\./);
    assert.match(await run('rights:1', 'cat', '/hosts'), /^10\.1\.2\.3\s+db$/m);
    await write({ Dockerfile: 'FROM busybox\nRUN ip -4 -o addr >/addr' });
    await built('-t', 'rights:2', '--network', 'none');
    assert.doesNotMatch(await run('rights:2', 'cat', '/addr'), /eth0/);
  });

  it('reports a RUN that fails, and an instruction that it does not know', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN echo before; exit 3' });
    const failed = await d.pouch('build', context);
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stdout, /before/);
    assert.match(failed.stderr, /^pouch: The command '.*exit 3' returned a non-zero code: 3\n/);
    assert.match(failed.stderr, /PCH_BUILD_FAILED/);
    await write({ Dockerfile: 'FROM busybox\nRUNN x' });
    assert.match(
      (await d.pouch('build', context)).stderr,
      /unknown instruction: RUNN[^]*PCH_DOCKERFILE_INVALID/,
    );
    await write({ Dockerfile: 'FROM busybox\nRUN true' });
    await built();
  });

  it('builds for another platform with stages of the own one', async () => {
    await write({
      Dockerfile:
        'FROM --platform=$BUILDPLATFORM busybox AS one\nRUN echo made >/made\nFROM scratch\nCOPY --from=one /made /',
    });
    await built('-t', 'cross:1', '--platform', 'linux/arm64');
    assert.equal((await d.client.images.inspect('cross:1')).Architecture, 'arm64');
    await write({ Dockerfile: 'FROM cross:1\nCOPY --chmod=755 sh /bin/', sh: '' });
    await writeFile(join(context, 'sh'), programOfArm64);
    await built('-t', 'cross:2', '--platform', 'linux/arm64');
    await write({ Dockerfile: 'FROM cross:2\nRUN true' });
    const { stderr } = await d.pouch('build', '--platform', 'linux/arm64', context);
    assert.match(stderr, /does not run programs of linux\/arm64\nhint: .*qemu-user-static/);
  });

  it('leaves what BuildKit cannot do to Buildah', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN true' });
    assert.match(await built('--memory', '64m'), /^Step 1\/2 : FROM busybox$/m);
  });

  describe('for docker buildx', () => {
    const x = async (...args: string[]) => await buildx(d, args, { cwd: context });

    it('builds into the images of Pouch, from images that only Pouch has', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN echo made >/made', Second: 'FROM own:1\nCOPY Second /' });
      const { exitCode, all } = await x(
        'build',
        '--progress',
        'plain',
        '-t',
        'own:1',
        '--iidfile',
        'id',
        '.',
      );
      assert.equal(exitCode, 0, all);
      assert.match(all, /\[2\/2\] RUN echo made/);
      assert.equal(readFileSync(join(context, 'id'), 'utf8'), (await d.client.images.inspect('own:1')).Id);
      const second = await x('build', '-f', 'Second', '-t', 'own:2', '.');
      assert.equal(second.exitCode, 0, second.all);
      assert.equal(await run('own:2', 'cat', '/made'), 'made\n');
      assert.match((await x('build', '--progress', 'plain', '.')).all, /CACHED/);
      const uncached = await x('build', '--progress', 'plain', '--no-cache', '.');
      assert.doesNotMatch(uncached.all, /RUN echo made\n#\d+ CACHED/);
    });

    it('passes secrets, and writes files for the client', async () => {
      await write({
        Dockerfile:
          'FROM busybox AS one\nRUN --mount=type=secret,id=k cp /run/secrets/k /copy\nFROM scratch\nCOPY --from=one /copy /',
        k: 'secret',
      });
      const { exitCode, all } = await x('build', '--secret', 'id=k,src=k', '-o', 'out', '.');
      assert.equal(exitCode, 0, all);
      assert.equal(readFileSync(join(context, 'out/copy'), 'utf8'), 'secret');
    });

    it('pulls a base of a registry, with its layers although nothing runs', async () => {
      const registry = await TestRegistry.start();
      try {
        const base = `${registry.host}/remote:1`;
        await write({ Dockerfile: 'FROM busybox\nRUN echo other >/other' });
        await built('-t', base);
        for (const args of [
          ['push', base],
          ['rmi', base],
          ['builder', 'prune', '-f'],
        ])
          assert.equal((await d.pouch(...args)).exitCode, 0);
        await write({ Dockerfile: `FROM ${base}\nENV A=b` });
        const { exitCode, all } = await x('build', '-t', 'remote:own', '.');
        assert.equal(exitCode, 0, all);
        assert.equal(await run('remote:own', 'cat', '/other'), 'other\n');
        assert.equal(await run('remote:own', 'sh', '-c', 'echo $A'), 'b\n');
      } finally {
        await registry.stop();
      }
    });

    it('reports a RUN that fails', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN exit 7' });
      const { exitCode, all } = await x('build', '.');
      assert.equal(exitCode, 1);
      assert.match(all, /did not complete successfully: exit code: 7/);
    });
  });

  it('takes a cache from a registry, with the credentials of the client', async () => {
    const registry = await TestRegistry.start();
    const guarded = await FaultyProxy.start(registry.host);
    try {
      guarded.fault = basicAuth('user', 'Uf6aeb9eezaiTh');
      const config = join(d.dir, 'docker');
      const env = { DOCKER_CONFIG: config };
      const pouch = async (...args: string[]) => {
        const { exitCode, stdout, stderr } = await d.pouchWith({ env, input: 'Uf6aeb9eezaiTh' }, ...args);
        assert.equal(exitCode, 0, stderr);
        return stdout;
      };
      await pouch('login', '-u', 'user', '--password-stdin', guarded.host);
      await write({
        Dockerfile: 'FROM busybox AS one\nRUN date >/now\nFROM busybox\nCOPY --from=one /now /',
      });
      const [image, cache] = [`${guarded.host}/kit/image:1`, `${guarded.host}/kit/cache:1`];
      const to = ['--cache-to', 'type=inline', '--cache-to', `type=registry,ref=${cache},mode=max`];
      await pouch('build', '-t', image, ...to, context);
      await pouch('push', image);
      for (const from of [image, `type=registry,ref=${cache}`]) {
        await pouch('builder', 'prune', '-af');
        assert.match(await pouch('build', '--cache-from', from, context), /COPY --from=one.*\n#\d+ CACHED/);
      }
      await pouch('builder', 'prune', '-af');
      await pouch('rmi', '-f', image);
      await write({ Dockerfile: `FROM ${image}\nRUN cat /now` });
      await pouch('build', context);
      await pouch('builder', 'prune', '-af');
      await pouch('rmi', '-f', image);
      const { exitCode, all } = await buildx(d, ['build', '.'], { cwd: context, config });
      assert.equal(exitCode, 0, all);
      assert.ok(!(await d.log()).includes('Uf6aeb9eezaiTh'));
    } finally {
      await guarded.stop();
      await registry.stop();
    }
  });

  it('uses a buildkitd that runs already', async () => {
    const socket = join(d.dir, 'own/buildkitd.sock');
    const address = `unix://${socket}`;
    const yaml = `plugins: [{ name: build-buildkit, options: { address: '${address}' } }]\n`;
    const other = await TestPouchd.create({ env: { PATH: path }, yaml });
    try {
      const build = () => other.pouch('build', '-t', 'other:1', context);
      await write({ Dockerfile: 'FROM busybox\nRUN --network=none echo made >/made' });
      const unreachable = await build();
      assert.equal(unreachable.exitCode, 1);
      assert.match(unreachable.stderr, /buildkitd at unix:.*ENOENT[^]*PCH_BUILD_UNREACHABLE/);
      const x = await buildx(other, ['build', '.'], { cwd: context });
      assert.match(x.all, /buildkitd at unix:.*ENOENT/);
      const daemon = await startBuildkitd(join(d.dir, 'own'), path);
      try {
        for (const attempt of ['first', 'second']) {
          const { exitCode, stderr } = await build();
          assert.equal(exitCode, 0, `${attempt}: ${stderr}`);
        }
        assert.equal((await buildx(other, ['build', '.'], { cwd: context })).exitCode, 0);
        const { stdout } = await other.pouch('run', '--rm', 'other:1', 'cat', '/made');
        assert.equal(stdout, 'made\n');
        const ofBuilds = await other.pouch('ps', '-aq', '--filter', 'label=io.pouch.build');
        assert.equal(ofBuilds.stdout, '');
      } finally {
        await daemon.stop();
      }
      assert.match((await build()).stderr, /buildkitd at unix:[^]*PCH_BUILD_UNREACHABLE/);
    } finally {
      await other.dispose();
    }
  });

  it('builds for compose', async function () {
    const compose = await compose2();
    if (compose.missing !== undefined) return skip(this, compose.missing);
    await write({
      'docker-compose.yml': 'services: { one: { build: . } }\n',
      Dockerfile: 'FROM busybox\nRUN <<EOF\necho built >/built\nEOF\nCMD ["cat","/built"]\n',
    });
    const [program = '', ...words] = compose.command;
    const up = [...words, '-p', 'kitted', 'up', '--build', '--no-log-prefix'];
    const env = { ...compose.env, DOCKER_HOST: d.host };
    const { exitCode, all } = await execa(program, up, { cwd: context, env, reject: false, all: true });
    assert.equal(exitCode, 0, all);
    assert.match(all, /built\none-1 exited with code 0/);
    await execa(program, [...words, '-p', 'kitted', 'down'], { cwd: context, env });
  });

  it('shows its cache in df', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN echo df >/df' });
    await built();
    const { BuildCache } = await d.client.system.diskUsage();
    assert.ok(
      BuildCache?.some(({ Type, Description }) => Type === 'regular' && Description?.includes('echo df')),
    );
    const year = await d.pouch('builder', 'prune', '-f', '--filter', 'until=8760h');
    assert.match(year.stdout, /^Total reclaimed space: 0B$/m);
    assert.match(await built(), /CACHED/);
  });

  describe('for the BuildKit of docker 20.10', () => {
    const docker = (...args: string[]) =>
      execa('/usr/bin/docker', args, {
        cwd: context,
        env: { DOCKER_HOST: d.host, DOCKER_BUILDKIT: '1' },
        reject: false,
        all: true,
        timeout: 60_000,
      });

    it('builds a tar from stdin', async () => {
      await write({ Dockerfile: 'FROM busybox\nCOPY f /\nRUN cat /f >/g', f: 'from stdin' });
      const packed = await execa('tar', ['-cz', '.'], { cwd: context, encoding: 'buffer' });
      for (const name of ['stdin:1', 'stdin:2']) {
        const { exitCode, all } = await execa('/usr/bin/docker', ['build', '-t', name, '-'], {
          ...{ input: packed.stdout, env: { DOCKER_HOST: d.host, DOCKER_BUILDKIT: '1' } },
          ...{ reject: false, all: true, timeout: 60_000 },
        });
        assert.equal(exitCode, 0, all);
      }
      assert.equal(await run('stdin:2', 'cat', '/g'), 'from stdin');
      const ids = await Promise.all(['stdin:1', 'stdin:2'].map((name) => d.client.images.inspect(name)));
      assert.equal(ids[0]?.Id, ids[1]?.Id);
    });

    it('builds what is in the session', async () => {
      await write({ Dockerfile: 'FROM busybox\nARG A\nRUN echo $A >/a\nCOPY f /', f: 'F' });
      const { exitCode, all } = await docker('build', '-t', 'session:1', '--build-arg', 'A=b', '.');
      assert.equal(exitCode, 0, all);
      assert.equal(await run('session:1', 'cat', '/a', '/f'), 'b\nF');
      const quiet = await docker('build', '-q', '-t', 'session:2', '.');
      assert.match(quiet.stdout, /^sha256:[0-9a-f]{64}$/);
    });

    it('reports a RUN that fails', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN exit 7' });
      const { exitCode, all } = await docker('build', '.');
      assert.equal(exitCode, 1);
      assert.match(all, /exit code: 7/);
    });
  });

  describe('that is cut off', () => {
    const begins = (seconds: string) =>
      waitUntil(() => processesWith('sleep', seconds).length > 0, { withinMs: 30_000 });
    const ends = (seconds: string) =>
      waitUntil(() => processesWith('sleep', seconds).length === 0, { withinMs: 10_000 });

    async function worksAgain(): Promise<void> {
      await write({ Dockerfile: 'FROM busybox\nRUN true' });
      await built();
    }

    it('by the client of buildx ends RUN', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN sleep 90201' });
      const controller = new AbortController();
      const building = buildx(d, ['build', '.'], { cwd: context, signal: controller.signal });
      assert.ok(await begins('90201'));
      controller.abort();
      await building;
      assert.ok(await ends('90201'));
      await worksAgain();
    });

    it('by the end of its container ends the build and buildkitd', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN sleep 90202' });
      const building = d.pouch('build', context);
      assert.ok(await begins('90202'));
      const { stdout: name } = await d.pouch('ps', '--format', '{{.Names}}');
      assert.match(name, /^build-[0-9a-f]{12}\n$/);
      await d.pouch('kill', name.trim());
      const { exitCode, stderr } = await building;
      assert.equal(exitCode, 1);
      assert.match(stderr, /the container of the build, build-[0-9a-f]{12}, was ended/);
      assert.ok(await ends('90202'));
      assert.ok(await waitUntil(() => buildkitds().length === 0, { withinMs: 10_000 }));
      await worksAgain();
      assert.equal((await places()).containers.length, 1);
    });

    it('by the death of pouchd leaves nothing once it is back', async () => {
      await write({ Dockerfile: 'FROM busybox\nRUN sleep 90203' });
      const building = d.pouch('build', context);
      assert.ok(await begins('90203'));
      await d.kill9();
      assert.equal((await building).exitCode, 1);
      assert.ok(await ends('90203'));
      assert.deepEqual(buildkitds(), []);
      await d.start();
      const nothing = { directories: [], containers: [], cgroups: [] };
      const isClean = async () => JSON.stringify(await places()) === JSON.stringify(nothing);
      assert.ok(await waitUntil(isClean, { withinMs: 10_000 }));
      await worksAgain();
    });
  });
});
