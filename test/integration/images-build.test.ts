/** pouch build and POST /build, with Debian’s Buildah. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import type { ProgressMessage } from '../../client/index.ts';
import { cgroupRoots } from '../../core/apply/effects/cgroup.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { buildsIn, processesWith, programOfArm64 } from '../support/builtImages.ts';
import { type RootfsEntry, rootfsTar } from '../support/rootfsTar.ts';
import { basicAuth, FaultyProxy } from '../support/FaultyProxy.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { TestRegistry } from '../support/TestRegistry.ts';

describe('pouch build', function () {
  this.timeout(120_000);
  let d: TestPouchd;
  let context: string;

  before(async () => {
    d = await TestPouchd.create();
  });
  after(() => d?.dispose());
  beforeEach(async () => {
    context = await mkdtemp(join(d.dir, 'context-'));
  });
  afterEach(async () => {
    await rm(context, { recursive: true });
    await d.pouch('image', 'prune', '-f');
  });

  const { write, built, run } = buildsIn(() => ({ d, context }));

  /** What a build that has ended leaves. */
  async function leftovers(): Promise<string[]> {
    const directories = await readdir(join(d.root, 'builds')).catch(() => []);
    const containers = (await d.pouch('ps', '-aq', '--filter', 'label=io.pouch.build')).stdout
      .split('\n')
      .filter(Boolean);
    const cgroups = (await cgroupRoots()).flatMap((root) => {
      const parent = join(root, d.names.cgroupParent);
      return existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith('build-')) : [];
    });
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(join(d.root, 'builders')));
    return [...directories, ...containers, ...cgroups, ...mounts];
  }

  const isClean = async () => (await leftovers()).length === 0;

  it('runs the stages of a Dockerfile with their arguments, and keeps its configuration', async () => {
    await write({
      Dockerfile: [
        'ARG BASE=nosuch',
        'FROM ${BASE} AS one',
        'ARG WHO=nobody',
        'RUN echo "hello $WHO" >/who',
        'FROM busybox',
        'COPY --from=one /who /who',
        'COPY a /',
        'ENV X=y',
        'LABEL own=1',
        'HEALTHCHECK --interval=7s CMD true',
        'ONBUILD RUN true',
        'SHELL ["/bin/sh","-ec"]',
        'CMD ["cat","/who"]',
      ].join('\n'),
      a: 'of the context',
    });
    const iidfile = join(context, '../iid');
    const text = await built(
      ...['-t', 'site:1', '-t', 'site:latest', '--build-arg', 'BASE=busybox', '--build-arg', 'WHO=you'],
      ...['--label', 'given=2', '--iidfile', iidfile],
    );
    assert.match(text, /^\[1\/2\] Step 1\/3 : FROM busybox AS one$/m);
    assert.match(
      text,
      /^Successfully built [0-9a-f]{12}\nSuccessfully tagged site:1\nSuccessfully tagged site:latest$/m,
    );
    assert.equal(await run('site:1'), 'hello you\n');
    assert.equal(await run('site', 'cat', '/a'), 'of the context');
    const { Id, Config } = await d.client.images.inspect('site:1');
    assert.equal(await readFile(iidfile, 'utf8'), Id);
    assert.deepEqual(Config?.Labels, { own: '1', given: '2' });
    assert.deepEqual(Config?.OnBuild, ['RUN true']);
    assert.deepEqual(Config?.Shell, ['/bin/sh', '-ec']);
    assert.ok(JSON.stringify(Config).includes('"Interval":7000000000'));
    assert.ok(await isClean());
  });

  it('shares the layers of the base image, and does not run again what it has run', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN date +%N >/now' });
    await built('-t', 'cached:1');
    const [base, own] = [await d.client.images.inspect('busybox'), await d.client.images.inspect('cached:1')];
    assert.deepEqual(own.RootFS.Layers?.slice(0, -1), base.RootFS.Layers);
    assert.match(await built('-t', 'cached:2'), /^ ---> Using cache$/m);
    assert.equal((await d.client.images.inspect('cached:2')).Id, own.Id);
    assert.doesNotMatch(await built('--no-cache', '-t', 'cached:3'), /Using cache/);
    assert.notEqual((await d.client.images.inspect('cached:3')).Id, own.Id);
    const { exitCode } = await d.pouch('builder', 'prune', '-f');
    assert.equal(exitCode, 0);
    assert.doesNotMatch(await built(), /Using cache/);
  });

  it('shows its cache in df, and removes what was not used last', async () => {
    await d.pouch('builder', 'prune', '-f');
    await write({ Dockerfile: 'FROM busybox\nARG N\nRUN echo $N >/n' });
    await built('--build-arg', 'N=1');
    const between = new Date().toISOString();
    await built('--build-arg', 'N=2');
    const records = async () => (await d.client.system.diskUsage()).BuildCache ?? [];
    const before = await records();
    assert.ok(before.length >= 3 && before.some(({ Size }) => Size > 0), JSON.stringify(before));
    const { stdout } = await d.pouch('builder', 'prune', '-f', '--filter', `until=${between}`);
    assert.match(stdout, /^Total reclaimed space: [1-9]/);
    const runIsCached = /: RUN echo .*\n ---> Using cache$/m;
    assert.match(await built('--build-arg', 'N=2'), runIsCached);
    assert.doesNotMatch(await built('--build-arg', 'N=1'), runIsCached);
    assert.equal((await d.pouch('builder', 'prune', '-f', '--keep-storage', '1g')).exitCode, 0);
    assert.ok((await records()).length > 0);
    assert.equal((await d.pouch('builder', 'prune', '-f', '--keep-storage', '1')).exitCode, 0);
    assert.deepEqual(await records(), []);
    const { exitCode, stderr } = await d.pouch('builder', 'prune', '-f', '--filter', 'colour=red');
    assert.equal(exitCode, 1);
    assert.match(stderr, /invalid filter 'colour'[^]*PCH_OPTION_INVALID/);
  });

  it('keeps no more of its cache than pouchd.yaml says', async () => {
    const limited = await TestPouchd.create({
      yaml: 'plugins: [{ name: build-buildah, options: { cacheLimit: 1 } }]\n',
    });
    try {
      await write({ Dockerfile: 'FROM busybox\nRUN true' });
      for (const name of ['one:1', 'one:2']) {
        const { exitCode, stdout, stderr } = await limited.pouch('build', '-t', name, context);
        assert.equal(exitCode, 0, stderr);
        assert.doesNotMatch(stdout, /Using cache/);
      }
      assert.deepEqual((await limited.client.system.diskUsage()).BuildCache, []);
    } finally {
      await limited.dispose();
    }
  });

  it('shows the image of its container only with all others', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN true' });
    await built('--no-cache');
    assert.doesNotMatch((await d.pouch('images')).stdout, /pouch-build/);
    assert.match((await d.pouch('images', '-a')).stdout, /localhost\/pouch-build/);
  });

  it('starts from what it has built, with its ONBUILD', async () => {
    await write({ Dockerfile: 'FROM busybox\nONBUILD RUN echo triggered >/t' });
    await built('-t', 'parent:1');
    await write({ Dockerfile: 'FROM parent:1' });
    await built('-t', 'child:1');
    assert.equal(await run('child:1', 'cat', '/t'), 'triggered\n');
  });

  it('ends with the stage of --target, and needs no images of later ones', async () => {
    await write({ Dockerfile: 'FROM busybox AS one\nRUN echo 1 >/one\nFROM nosuch.invalid/two' });
    await built('--target', 'one', '-t', 'target:1');
    assert.equal(await run('target:1', 'cat', '/one'), '1\n');
  });

  it('passes secrets to RUN alone', async () => {
    const secret = 'Aexo4eiM9keeQu3b';
    await write({
      Dockerfile:
        'FROM busybox\nRUN --mount=type=secret,id=key test "$(wc -c </run/secrets/key)" = 16\nCOPY . /all',
    });
    const file = join(d.dir, 'secret');
    await writeFile(file, secret);
    const text = await built('--secret', `id=key,src=${file}`, '-t', 'secret:1');
    assert.ok(!text.includes(secret));
    const archive = await buffer(await d.client.images.save(['secret:1']));
    assert.ok(!archive.includes(secret));
    assert.ok(!(await d.log()).includes(secret));
    const { stdout } = await execa('grep', ['-rl', secret, d.root, d.state], { reject: false });
    assert.equal(stdout, '');
  });

  it('leaves out what .dockerignore lists', async () => {
    await write({
      Dockerfile: 'FROM busybox\nCOPY . /all',
      '.dockerignore': 'logs\n*.tmp\n!keep.tmp',
      'logs/a': '',
      'b.tmp': '',
      'keep.tmp': '',
    });
    await built('-t', 'ignored:1');
    assert.equal(await run('ignored:1', 'ls', '-A', '/all'), '.dockerignore\nDockerfile\nkeep.tmp\n');
  });

  it('reads the Dockerfile from elsewhere and from stdin', async () => {
    await write({ a: 'A' });
    const file = join(d.dir, 'Elsewhere');
    await writeFile(file, 'FROM busybox\nCOPY . /all');
    await built('-f', file, '-t', 'elsewhere:1');
    assert.equal(await run('elsewhere:1', 'ls', '-A', '/all'), 'a\n');
    const { exitCode, stderr } = await d.pouchWith(
      { input: 'FROM busybox\nRUN touch /stdin' },
      ...['build', '-t', 'stdin:1', '-'],
    );
    assert.equal(exitCode, 0, stderr);
    assert.equal(await run('stdin:1', 'ls', '/stdin'), '/stdin\n');
    // The docker CLI does not fill the last block of this archive.
    const { failed, all } = await execa('docker', ['build', '-t', 'stdin:2', '-f', '-', context], {
      input: 'FROM busybox\nCOPY a /docker',
      env: { DOCKER_HOST: d.host, DOCKER_BUILDKIT: '0' },
      reject: false,
      all: true,
    });
    assert.ok(!failed, all);
    assert.equal(await run('stdin:2', 'cat', '/docker'), 'A');
  });

  it('gives RUN the network that was asked for, and an own one by default', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN ip -4 -o addr >/addr; cat /etc/hosts >/h || true' });
    await built('-t', 'net:1', '--add-host', 'db:10.1.2.3');
    assert.match(await run('net:1', 'cat', '/addr'), /eth0 +inet 10\./);
    assert.match(await run('net:1', 'cat', '/h'), /^10\.1\.2\.3\s+db$/m);
    await built('-t', 'net:2', '--network', 'none', '--no-cache');
    assert.doesNotMatch(await run('net:2', 'cat', '/addr'), /eth0/);
  });

  it('gives RUN no more rights than a container has', async () => {
    const script = 'grep -E "Cap(Bnd|Eff)|Seccomp:" /proc/self/status; cat /proc/sys/kernel/hostname';
    await write({
      Dockerfile: `FROM busybox\nRUN { ${script}; } >/rights; touch /sys/fs/cgroup/x || echo readonly >>/rights`,
    });
    await built('-t', 'rights:1');
    const ofRun = await run('rights:1', 'cat', '/rights');
    const ofContainer = await run('busybox', 'sh', '-c', script);
    const lines = (text: string) => text.split('\n').slice(0, 3);
    assert.deepEqual(lines(ofRun), lines(ofContainer));
    assert.match(ofRun, /readonly/);
  });

  it('limits RUN', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN ulimit -n >/n; df -k /dev/shm | tail -1 >/shm' });
    await built('-t', 'limits:1', '--ulimit', 'nofile=123', '--shm-size', '1m', '--memory', '64m');
    assert.equal(await run('limits:1', 'cat', '/n'), '123\n');
    assert.match(await run('limits:1', 'cat', '/shm'), /\s1024\s/);
  });

  it('reports a RUN that fails as docker build does, and the next build works', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN echo before; false' });
    const { exitCode, stdout, stderr } = await d.pouch('build', context);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^before$/m);
    assert.match(
      stderr,
      /^pouch: The command '\/bin\/sh -c echo before; false' returned a non-zero code: 1\n/,
    );
    assert.match(stderr, /PCH_BUILD_FAILED/);
    const quiet = await d.pouch('build', '-q', context);
    assert.match(quiet.stderr, /^before$/m);
    assert.ok(await isClean());
    await write({ Dockerfile: 'FROM busybox\nRUN true' });
    const { stdout: id } = await d.pouch('build', '-q', context);
    assert.match(id, /^sha256:[0-9a-f]{64}\n$/);
  });

  const mistakes: [string, string, RegExp][] = [
    ['is empty', '', /PCH_DOCKERFILE_INVALID/],
    [
      'has an unknown instruction',
      'FROM busybox\nRUNN x',
      /unknown instruction: RUNN[^]*PCH_DOCKERFILE_INVALID/,
    ],
    ['copies a file that does not exist', 'FROM busybox\nCOPY nosuch /', /nosuch[^]*PCH_BUILD_FAILED/],
    ['starts from an unknown image', 'FROM localhost:1/nosuch', /PCH_REGISTRY_UNREACHABLE/],
    ['starts from an invalid name', 'FROM a//b', /PCH_REFERENCE_INVALID/],
    [
      'has a heredoc, which Debian 12’s Buildah does not know',
      'FROM busybox\nRUN true\nRUN <<EOF\nRUN false\nEOF\n',
      /line 3 of the Dockerfile: RUN with a heredoc is not supported by Buildah 1\.\d+[^]*PCH_NOT_SUPPORTED/,
    ],
    ['has a blank base', 'FROM $NOTHING', /PCH_DOCKERFILE_INVALID/],
  ];
  for (const [what, text, message] of mistakes)
    it(`refuses a Dockerfile that ${what}`, async () => {
      await write({ Dockerfile: text });
      const { exitCode, stderr } = await d.pouch('build', context);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.ok(await isClean());
    });

  it('pulls the base from a registry with the credentials of the client', async () => {
    const registry = await TestRegistry.start();
    const guarded = await FaultyProxy.start(registry.host);
    try {
      const base = `${guarded.host}/base:1`;
      await write({ Dockerfile: 'FROM busybox\nRUN echo based >/b' });
      await built('-t', base);
      assert.equal((await d.pouch('push', base)).exitCode, 0);
      guarded.fault = basicAuth('user', 'iZ4aeph0Nohfo');
      await write({ Dockerfile: `FROM ${base}\nRUN cat /b` });
      const forget = () => d.pouch('rmi', '-f', base);
      await forget();
      assert.match((await d.pouch('build', context)).stderr, /PCH_REGISTRY_DENIED/);
      const env = { DOCKER_CONFIG: join(d.dir, 'docker') };
      const login = ['login', '-u', 'user', '--password-stdin', guarded.host];
      assert.equal((await d.pouchWith({ env, input: 'iZ4aeph0Nohfo' }, ...login)).exitCode, 0);
      const { exitCode, stdout, stderr } = await d.pouchWith({ env }, 'build', context);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^based$/m);
      await forget();
      const docker = { ...env, DOCKER_HOST: d.host, DOCKER_BUILDKIT: '0' };
      const { failed, all } = await execa('docker', ['build', context], {
        env: docker,
        reject: false,
        all: true,
      });
      assert.ok(!failed, all);
      assert.ok(!(await d.log()).includes('iZ4aeph0Nohfo'));
    } finally {
      await guarded.stop();
      await registry.stop();
    }
  });

  it('builds for another platform with stages of the own one, and names an emulator for RUN', async () => {
    await write({
      Dockerfile:
        'FROM --platform=$BUILDPLATFORM busybox AS one\nRUN echo made >/made\nFROM scratch\nCOPY --from=one /made /\nCOPY sh /bin/',
    });
    await writeFile(join(context, 'sh'), programOfArm64, { mode: 0o755 });
    await built('-t', 'cross:1', '--platform', 'linux/arm64');
    assert.equal((await d.client.images.inspect('cross:1')).Architecture, 'arm64');
    await write({ Dockerfile: 'FROM cross:1\nRUN true' });
    const { exitCode, stderr } = await d.pouch('build', '--platform', 'linux/arm64', context);
    assert.equal(exitCode, 1);
    assert.match(stderr, /does not run programs of linux\/arm64\nhint: .*qemu-user-static/);
  });

  it('refuses a cache in a registry', async () => {
    await write({ Dockerfile: 'FROM busybox\nRUN true' });
    const { exitCode, stderr } = await d.pouch('build', '--cache-from', 'localhost:1/a', context);
    assert.equal(exitCode, 1);
    assert.match(stderr, /a build cache in a registry is not supported with Buildah[^]*PCH_NOT_SUPPORTED/);
  });

  it('builds two at once', async () => {
    await write({ Dockerfile: 'FROM busybox\nARG N\nRUN sleep 1; echo $N >/n' });
    const both = ['1', '2'].map((n) => d.pouch('build', '--build-arg', `N=${n}`, '-t', `both:${n}`, context));
    for (const { exitCode, stderr } of await Promise.all(both)) assert.equal(exitCode, 0, stderr);
    assert.equal(await run('both:2', 'cat', '/n'), '2\n');
  });

  describe('that is cut off', () => {
    const slow = (seconds: string) => ({ Dockerfile: `FROM busybox\nRUN echo begun; sleep ${seconds}` });
    const begins = (seconds: string) =>
      waitUntil(() => processesWith('sleep', seconds).length > 0, { withinMs: 30_000 });
    const ends = (seconds: string) =>
      waitUntil(() => processesWith('sleep', seconds).length === 0, { withinMs: 10_000 });

    async function worksAgain(): Promise<void> {
      await write({ Dockerfile: 'FROM busybox\nRUN true' });
      await built();
      assert.ok(await isClean());
    }

    it('by its client leaves nothing', async () => {
      await write(slow('90101'));
      const controller = new AbortController();
      const tar = await execa('tar', ['-cC', context, '.'], { encoding: 'buffer' });
      const body = Readable.from([Buffer.from(tar.stdout)]);
      const stream = await d.client.builds.build(body, { signal: controller.signal });
      const read = (async () => {
        for await (const _message of stream) assert.ok(_message);
      })();
      assert.ok(await begins('90101'));
      controller.abort();
      await assert.rejects(read);
      assert.ok(await ends('90101'));
      assert.ok(await waitUntil(isClean, { withinMs: 10_000 }));
      await worksAgain();
    });

    it('by the end of its container leaves nothing', async () => {
      await write(slow('90102'));
      const building = d.pouch('build', context);
      assert.ok(await begins('90102'));
      const { stdout: name } = await d.pouch('ps', '--format', '{{.Names}}');
      assert.match(name, /^build-[0-9a-f]{12}\n$/);
      await d.pouch('kill', name.trim());
      const { exitCode, stderr } = await building;
      assert.equal(exitCode, 1);
      assert.match(stderr, /the container of the build, build-[0-9a-f]{12}, was ended/);
      assert.ok(await ends('90102'));
      assert.ok(await isClean());
      await worksAgain();
    });

    it('by the death of pouchd leaves nothing once it is back', async () => {
      await write(slow('90103'));
      const building = d.pouch('build', context);
      assert.ok(await begins('90103'));
      await d.kill9();
      assert.equal((await building).exitCode, 1);
      assert.ok(await ends('90103'));
      await d.start();
      assert.ok(await waitUntil(isClean, { withinMs: 10_000 }));
      await worksAgain();
    });
  });

  describe('of a hostile context', () => {
    const dockerfile: RootfsEntry = { name: 'Dockerfile', content: 'FROM busybox\nCOPY . /all' };

    async function failureOf(
      tar: Buffer,
      query = {},
    ): Promise<ProgressMessage['errorDetail'] | { code: string }> {
      try {
        for await (const { errorDetail } of await d.client.builds.build(Readable.from([tar]), query))
          if (errorDetail) return errorDetail;
      } catch (error) {
        return error as { code: string };
      }
      return { code: 'none' };
    }

    const hostile: [string, RootfsEntry, string][] = [
      ['leaves it', { name: '../../pouch-evil', content: 'x' }, 'PCH_COPY_REFUSED'],
      ['has a device', { name: 'disk', type: 'block-device' }, 'PCH_COPY_REFUSED'],
      [
        'links to a file outside',
        { name: 'a', type: 'link', linkname: '../../../etc/passwd' },
        'PCH_COPY_REFUSED',
      ],
    ];
    for (const [what, entry, code] of hostile)
      it(`refuses one that ${what}`, async () => {
        const failure = await failureOf(await rootfsTar([dockerfile, entry]));
        assert.equal(failure?.code, code);
        assert.ok(!existsSync(join(d.root, 'pouch-evil')));
        assert.ok(await isClean());
      });

    it('keeps absolute names and links within it', async () => {
      const entries: RootfsEntry[] = [
        dockerfile,
        { name: '/etc/pouch-evil', content: 'x' },
        { name: 'up', type: 'symlink', linkname: '/' },
        { name: 'up/pouch-evil', content: 'x' },
      ];
      assert.deepEqual(await failureOf(await rootfsTar(entries), { tags: ['inside:1'] }), { code: 'none' });
      assert.ok(!existsSync('/etc/pouch-evil') && !existsSync('/pouch-evil'));
      assert.match(await run('inside:1', 'ls', '/all'), /^pouch-evil$/m);
    });

    it('reads no Dockerfile outside of it', async () => {
      const link: RootfsEntry = { name: 'Dockerfile', type: 'symlink', linkname: '/etc/passwd' };
      assert.equal((await failureOf(await rootfsTar([link])))?.code, 'PCH_DOCKERFILE_INVALID');
      const tar = await rootfsTar([dockerfile]);
      assert.equal(
        (await failureOf(tar, { dockerfile: '../../../etc/passwd' }))?.code,
        'PCH_DOCKERFILE_INVALID',
      );
    });

    it('refuses what is not a tar, and one that breaks off', async () => {
      assert.equal((await failureOf(Buffer.alloc(4096, 'x')))?.code, 'PCH_ARCHIVE_INVALID');
      const tar = gzipSync(await rootfsTar([{ name: 'a', content: 'x'.repeat(100_000) }, dockerfile]));
      assert.ok((await failureOf(tar.subarray(0, 120)))?.code !== 'none');
      assert.ok(await isClean());
    });

    it('ends when its client stops sending', async () => {
      const body = new PassThrough();
      body.write(Buffer.alloc(512));
      const controller = new AbortController();
      const call = d.client.builds.build(body, { signal: controller.signal });
      assert.ok(
        await waitUntil(
          () => existsSync(join(d.root, 'builds')) && readdirSync(join(d.root, 'builds')).length > 0,
          { withinMs: 10_000 },
        ),
      );
      controller.abort();
      await assert.rejects(call);
      assert.ok(await waitUntil(isClean, { withinMs: 10_000 }));
    });
  });

  it('takes a context with links of its own', async () => {
    await write({ Dockerfile: 'FROM busybox\nCOPY . /all', 'sub/a': 'A' });
    await symlink('sub/a', join(context, 'link'));
    await built('-t', 'links:1');
    assert.equal(await run('links:1', 'readlink', '/all/link'), 'sub/a\n');
  });
});

describe('pouch build on a small disk', function () {
  this.timeout(120_000);
  let d: TestPouchd;
  before(async () => {
    d = await TestPouchd.create({ disks: { root: 400 << 20 } });
  });
  after(() => d?.dispose());

  it('refuses a bomb, and works afterwards', async () => {
    const bomb = gzipSync(await rootfsTar([{ name: 'zeros', content: '\0'.repeat(160 << 20) }]));
    await assert.rejects(
      async () => {
        for await (const { error } of await d.client.builds.build(Readable.from([bomb])))
          assert.ok(!error, error);
      },
      { code: 'PCH_BODY_TOO_LARGE' },
    );
    assert.deepEqual(await readdir(join(d.root, 'builds')), []);
    const small = await rootfsTar([{ name: 'Dockerfile', content: 'FROM busybox\nRUN true' }]);
    for await (const { error } of await d.client.builds.build(Readable.from([small])))
      assert.equal(error, undefined);
  });
});
