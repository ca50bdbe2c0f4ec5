import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { detach } from '../../core/host/libc.ts';
import { mountOn } from '../../core/host/mountinfo.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const file = resolve(import.meta.dirname, 'support/plugins/badDrivers.ts');

/** The example of docs/guides/volume-drivers.md. */
async function pythonExample(): Promise<string> {
  const guide = await readFile(resolve(import.meta.dirname, '../../docs/guides/volume-drivers.md'), 'utf8');
  return /```python\n([^]*?)```/.exec(guide)![1]!;
}

const newVolume = ['volume', 'create', '-d', 'shares', 'data'];
const newContainer = ['create', '--volume-driver', 'shares', '-v', 'data:/data', 'busybox'];
const kills: [moment: string, call: string[]][] = [
  ...[newVolume, newContainer].flatMap((call): [string, string[]][] => [
    ['before-create', call],
    ['after-create', call],
  ]),
  ['before-remove', ['volume', 'rm', 'data']],
  ['after-remove', ['volume', 'rm', 'data']],
];

describe('volume drivers', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const shares = () => at('shares');
  const inProcess = () => `  - path: ${at('badDrivers.ts')}\n    options: { dir: '${shares()}' }\n`;
  const entry = () => `${inProcess()}    grants: { paths: { write: ['${shares()}'] } }\n`;

  const set = async (fault: string) => await writeFile(join(shares(), `fault-${fault}`), '');
  const clear = async (fault: string) => await rm(join(shares(), `fault-${fault}`));
  const made = async () => (await readdir(shares())).filter((name) => name.startsWith('share-'));
  const volumes = async () => await ok('volume', 'ls', '-q');
  const create = (...more: string[]) => pouch('volume', 'create', '-d', 'shares', ...more, 'data');
  const settled = async () =>
    assert.ok(
      await waitUntil(async () => (await volumes()) === '' && (await made()).length === 0, {
        withinMs: 30_000,
      }),
    );

  /** Creates and removes a volume without a fault. */
  async function plainCreate(use = () => Promise.resolve()): Promise<void> {
    await ok('volume', 'create', '-d', 'shares', 'data');
    assert.deepEqual(await made(), ['share-data']);
    await use();
    await ok('volume', 'rm', 'data');
    assert.deepEqual(await made(), []);
    assert.equal(await volumes(), '');
  }

  /** The same, and a container uses it. */
  const plainRun = () =>
    plainCreate(async () => {
      assert.equal(await daemon.sh('echo hello > /data/x; cat /data/x', '-v', 'data:/data'), 'hello');
      await noContainer();
    });

  /** `--rm` is worked off behind the exit of its command. */
  const noContainer = async () =>
    assert.ok(await waitUntil(async () => (await ok('ps', '-aq')) === '', { withinMs: 30_000 }));

  before(async () => {
    await mkdir(shares());
    await chmod(shares(), 0o1777);
    await cp(file, at('badDrivers.ts'));
    await daemon.it.configure(`plugins:\n${entry()}`);
    await ok('plugin', 'reload');
  });

  it('options are converted and checked', async () => {
    assert.match((await create('-o', 'size=x')).stderr, /option size must be integer/);
    assert.match((await create('-o', 'lazy=yes')).stderr, /option lazy must be boolean/);
    assert.match((await create('-o', 'size=0')).stderr, /must be >= 1/);
    await ok('volume', 'create', '-d', 'shares', '-o', 'size=4', '-o', 'lazy=true', 'data');
    assert.deepEqual(JSON.parse(await readFile(join(shares(), 'share-data'), 'utf8')), {
      size: 4,
      lazy: true,
    });
    assert.match(await ok('volume', 'inspect', 'data'), /"Share": ".*share-data"/);
    await ok('volume', 'rm', 'data');
    await plainRun();
  });

  it('the driver in Python of the guide works, and Docker’s options of local', async () => {
    const python = at('scratch');
    await writeFile(python, await pythonExample());
    await chmod(python, 0o755);
    const grants = `    grants: { effects: { host.mount: [{ type: tmpfs, target: '${daemon.it.root}/volumes/**' }] } }\n`;
    await daemon.it.configure(`plugins:\n${entry()}  - path: ${python}\n${grants}`);
    await ok('plugin', 'reload');
    const df = 'df -m /data | tail -1 | tr -s " " | cut -d" " -f1,2';
    const mount = 'type=volume,source=one,target=/data,volume-driver=scratch,volume-opt=size=5m';
    assert.equal(await daemon.sh(df, '--mount', mount), 'pouch 5');
    await ok('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', '-o', 'o=size=3m', 'two');
    assert.equal(await daemon.sh(df, '-v', 'two:/data'), 'pouch 3');
    for (const [options, problem] of [
      [['-o', 'device=/x'], /need a type/],
      [['-o', 'type=none', '-o', 'device=/etc'], /add o=bind/],
      [['-o', 'o=bind', '-o', 'device=etc'], /absolute path of a directory as device, found "etc"/],
      [['-o', 'type=nfs', '-o', 'device=:/x'], /names no server/],
      [['-o', 'type=tmpfs', '-o', 'o=suid'], /its effect mount \(host\.mount\) cannot be applied/],
    ] as const)
      assert.match((await pouch('volume', 'create', ...options, 'three')).stderr, problem);
    await noContainer();
    await ok('volume', 'rm', 'one', 'two');
    await plainRun();
  });

  it('a directory of the host is a volume by Docker’s option o=bind', async () => {
    const source = at('www');
    const bind = ['-o', 'type=none', '-o', 'o=bind', '-o', `device=${source}`];
    await ok('volume', 'create', ...bind, 'www');
    const missing = await pouch('run', '--rm', '-v', 'www:/www', 'busybox', 'true');
    assert.match(missing.stderr, /expected a directory at .*www, found nothing/);
    await mkdir(source);
    await writeFile(join(source, 'index'), 'hello');
    assert.equal(await daemon.sh('cat /www/index; echo more > /www/new', '-v', 'www:/www'), 'hello');
    const both = await daemon.sh('cat /www/new', '-v', 'www:/www:ro', '--userns', 'auto');
    assert.equal(both, 'more');
    await noContainer();
    assert.equal(
      mountOn(join(daemon.it.root, 'volumes/www/_data'), await readFile('/proc/self/mountinfo', 'utf8')),
      undefined,
    );
    await ok('volume', 'rm', 'www');
    assert.deepEqual((await readdir(source)).sort(), ['index', 'new']);
  });

  describe('with a fault', function () {
    it('a create that fails, hangs or ends its process is undone, and works without the fault', async () => {
      const faults = {
        'before-create': /the server is away \(before-create\)/,
        'after-create': /the server is away \(after-create\)/,
        'hang-create': /create of the volume driver shares did not end within 3000 ms/,
        'kill-after-create': /process/,
      };
      for (const [fault, expected] of someOf(Object.entries(faults))) {
        await set(fault);
        const { exitCode, stderr } = await create();
        assert.equal(exitCode, 1, fault);
        assert.match(stderr, expected);
        assert.match(stderr, /plugin bad-drivers/);
        await clear(fault);
        await settled();
        await plainCreate();
      }
      await plainRun();
    });

    it('a create whose undo fails stays unfinished until the next create or removal', async () => {
      await set('after-create');
      await set('before-remove');
      assert.match((await create()).stderr, /after-create/);
      await clear('after-create');
      assert.match((await create()).stderr, /before-remove/);
      const { stdout, stderr } = await pouch('volume', 'ls');
      assert.match(stdout, /^shares +data$/m);
      assert.match(stderr, /its create by the driver shares is unfinished: pouch volume rm data/);
      assert.match((await pouch('run', '--rm', '-v', 'data:/data', 'busybox')).stderr, /before-remove/);
      await clear('before-remove');
      await plainRun();
    });

    it('a removal that fails is finished by the next; -f leaves the driver out', async () => {
      for (const fault of someOf(['before-remove', 'after-remove'])) {
        await ok('volume', 'create', '-d', 'shares', 'data');
        await set(fault);
        assert.match((await pouch('volume', 'rm', 'data')).stderr, /the server is away/);
        assert.match((await pouch('volume', 'ls')).stderr, /its remove by the driver shares is unfinished/);
        await clear(fault);
        await ok('volume', 'rm', 'data');
        await plainCreate();
      }
      await ok('volume', 'create', '-d', 'shares', 'data');
      await set('before-remove');
      await ok('volume', 'rm', '-f', 'data');
      assert.equal(await volumes(), '');
      assert.deepEqual(await made(), ['share-data']);
      await clear('before-remove');
      await plainRun();
    });

    it('a removed container with an anonymous volume whose driver fails is gone, and prune goes past it', async () => {
      const run = ['--volume-driver', 'shares', '-v', '/data', 'busybox'];
      await ok('create', '--name', 'box', ...run);
      assert.equal((await made()).length, 1);
      await set('before-remove');
      await ok('rm', '-v', 'box');
      assert.equal(await ok('ps', '-aq'), '');
      assert.match((await pouch('volume', 'ls')).stderr, /is unfinished/);
      assert.match(await ok('volume', 'prune', '-f'), /^Total reclaimed/);
      await clear('before-remove');
      await ok('volume', 'prune', '-f');
      await settled();
      await ok('run', '--rm', ...run, 'true');
      await settled();
    });

    it('a driver that hangs delays no list, and inspect for 2 s only', async () => {
      await ok('volume', 'create', '-d', 'hangs', 'slow');
      const within = async (ms: number, ...words: string[]) => {
        const started = performance.now();
        const output = await ok(...words);
        assert.ok(performance.now() - started < ms, words.join(' '));
        return output;
      };
      assert.match(await within(1500, 'volume', 'ls'), /hangs +slow/);
      await set('hang-effects');
      const cutOff = pouch('run', '--rm', '-v', 'slow:/data', 'busybox');
      assert.match(
        await within(4500, 'volume', 'inspect', 'slow'),
        /"Problem": ".*did not end within 2000 ms/,
      );
      await within(1500, 'ps');
      await within(1500, 'volume', 'ls');
      const { exitCode, stderr } = await cutOff;
      assert.equal(exitCode, 125);
      assert.match(stderr, /effects of the volume driver hangs did not end within 5000 ms/);
      await clear('hang-effects');
      await ok('run', '--rm', '-v', 'slow:/data', 'busybox', 'true');
      await noContainer();
      await ok('volume', 'rm', 'slow');
      await plainRun();
    });

    it('what a driver returns is checked, and nothing is left of the volume', async () => {
      const expected = {
        text: /effects: expected a map of effects/,
        cyclic: /nested deeper than/,
        many: /expected at most 16 effects, found 17/,
        unnamed: /the effect "\.\.\/x": expected a name/,
        needy: /the effect a: needs b, which is not another effect/,
        args: /its effect mount \(host\.mount\) cannot be applied: type: /,
      };
      for (const [name, problem] of Object.entries(expected)) {
        const { exitCode, stderr } = await pouch('volume', 'create', '-d', 'garbage', name);
        assert.equal(exitCode, 1, name);
        assert.match(stderr, problem, name);
      }
      assert.equal(await volumes(), '');
      for (const [name, problem] of Object.entries({ core: /no grant for/, unknown: /no grant for/ })) {
        await ok('volume', 'create', '-d', 'garbage', name);
        assert.match((await pouch('run', '--rm', '-v', `${name}:/data`, 'busybox')).stderr, problem);
        assert.match(await ok('volume', 'inspect', name), /"Problem": ".*status: /);
        await ok('volume', 'rm', name);
      }
      await plainRun();
    });

    it('two drivers of one name: the later plugin is quarantined, and the first still serves', async () => {
      const another = at('another.ts');
      await writeFile(
        another,
        "export default { name: 'another', setup: ({ volumeDriver }) => volumeDriver({ name: 'local', doc: 'x' }) };\n",
      );
      await daemon.it.configure(`plugins:\n${entry()}  - path: ${another}\n`);
      const reload = await pouch('plugin', 'reload');
      assert.match(
        reload.stdout + reload.stderr,
        /volume driver local is contributed by plugin volume-local and by plugin another/,
      );
      await plainRun();
      assert.equal(await daemon.sh('echo 1', '-v', 'plain:/data'), '1');
      await noContainer();
      await ok('volume', 'rm', 'plain');
    });

    it('a mount that its effect has lost keeps the data from being deleted', async () => {
      await ok('volume', 'create', '-o', 'type=tmpfs', 'two');
      await ok('run', '-d', '--name', 'box', '-v', 'two:/data', 'busybox', 'sleep', '1000');
      await ok('effects', 'drop', 'box', 'volume.two.mount');
      await ok('rm', '-f', 'box');
      const data = join(daemon.it.root, 'volumes/two/_data');
      const { stderr } = await pouch('volume', 'rm', '-f', 'two');
      assert.match(stderr, /pouch \(tmpfs\) is still mounted on the volume two/);
      assert.ok(mountOn(data, await readFile('/proc/self/mountinfo', 'utf8')));
      detach(data);
      await ok('volume', 'rm', 'two');
      await plainRun();
    });

    it('pouchd, killed in a create or a removal: the next one undoes or finishes it', async () => {
      await daemon.it.configure(`plugins:\n${inProcess()}    isolation: in-process\n`);
      await daemon.it.restart();
      for (const [moment, call] of someOf(kills)) {
        if (moment.endsWith('remove')) await ok('volume', 'create', '-d', 'shares', 'data');
        await set(`kill-${moment}`);
        const cutOff = pouch(...call);
        assert.equal(await daemon.it.ended(), 'SIGKILL', moment);
        await cutOff;
        await clear(`kill-${moment}`);
        await daemon.it.start();
        await settled();
        assert.equal(await ok('ps', '-aq'), '');
        assert.ok(!existsSync(join(daemon.it.root, 'volumes/data')), moment);
        await plainRun();
      }
    });

    sampleTests(this);
  });
});
