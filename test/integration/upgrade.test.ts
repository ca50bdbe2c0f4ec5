import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { everyCase, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const quick = ['--network', 'none', '--stop-timeout', '0'];
/** A plain container without it must run for some seconds. */
const healthy = ['--health-cmd', 'true'];

describe('an upgrade', function () {
  this.timeout(everyCase() ? 600_000 : 90_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const failure = async (...args: string[]) => {
    const { stderr, exitCode } = await daemon.pouch(...args);
    assert.equal(exitCode, 1, args.join(' '));
    return stderr;
  };
  const images = async () => (await daemon.it.inspect('box'))?.Images?.map(({ reference }) => reference);

  before(async () => {
    const files = await busyboxFiles();
    const main = 'trap "exit 0" TERM; cat /version; [ -e /bad ] && exit 3; while :; do sleep 0.1; done';
    const add = (name: string, more: Record<string, string>, config: Record<string, unknown>) =>
      daemon.it.loadImage(
        name,
        [
          ...files,
          ...Object.entries(more).map(([path, content]) => ({ path, content: Buffer.from(content) })),
        ],
        { Cmd: ['sh', '-c', main], ...config },
      );
    await add('app1', { version: 'one\n', 'etc/app': 'one\n' }, { Volumes: { '/old': {} } });
    await add('app2', { version: 'two\n', 'etc/app': 'two\n' }, { Volumes: { '/cache': {}, '/old': {} } });
    await add('bad', { version: 'bad\n', bad: '' }, {});
    await add('none', { version: 'none\n' }, { Cmd: ['/missing'] });
  });
  beforeEach(() => ok('run', '-d', '--name', 'box', ...quick, '-v', 'kept:/kept', 'app1'));
  afterEach(async () => {
    await daemon.pouch('rm', '-f', '-v', 'box');
    await daemon.pouch('volume', 'rm', 'kept');
  });

  it('has the files of the new image, and keeps id, volumes and named paths', async () => {
    const before = (await daemon.it.inspect('box'))!;
    await inside(
      'echo 1 > /kept/f; echo 1 > /old/f; echo mine > /etc/app; mkdir -p /srv/d; echo 1 > /srv/d/f; hostname > /n',
    );
    const keep = ['--keep', '/etc/app', '--keep', '/srv/*', '--keep', '/not/there'];
    const plan = JSON.parse(
      await ok('upgrade', 'box', '--image', 'app2', '--dry-run', '--format', 'json', ...keep),
    );
    assert.equal(plan.outcome, 'planned');
    assert.ok(plan.changes.some(({ field }: { field: string }) => field.startsWith('mounts["/cache"]')));
    assert.equal(await inside('cat /version'), 'one');
    const text = await ok('upgrade', 'box', '--image', 'app2', ...keep, ...healthy);
    assert.match(text, /^ {2}kept \/etc\/app\n {2}kept \/srv\/d$/m);
    const found = await inside(
      'cat /version /etc/app /kept/f /old/f /srv/d/f; ls /cache; [ -e /n ] || hostname',
    );
    assert.equal(found, `two\nmine\n1\n1\n1\n${before.Id.slice(0, 12)}`);
    const after = (await daemon.it.inspect('box'))!;
    assert.deepEqual([after.Id, after.Name, after.Created], [before.Id, before.Name, before.Created]);
    assert.deepEqual(
      await images(),
      ['app1', 'app2'].map((name) => `docker.io/library/${name}:latest`),
    );
    assert.match(await failure('rmi', 'app1'), /PCH_IMAGE_IN_USE/);
  });

  it('is taken back by a rollback, and that by another one, until it is forgotten', async () => {
    await inside('echo 1 > /root/f');
    assert.match(await failure('rollback', 'box'), /PCH_ROLLBACK_NOT_FOUND/);
    await ok('upgrade', 'box', '--image', 'app2', ...healthy);
    await inside('echo 2 > /root/g');
    await ok('rename', 'box', 'renamed');
    await ok('rename', 'renamed', 'box');
    await ok('rollback', 'box');
    assert.equal(await inside('cat /version /root/f; ls /root'), 'one\n1\nf');
    await ok('rollback', 'box');
    assert.equal(await inside('cat /version; ls /root'), 'two\ng');
    await ok('rollback', '--forget', 'box');
    assert.match(await failure('rollback', 'box'), /PCH_ROLLBACK_NOT_FOUND/);
    await ok('restart', '-t', '0', 'box');
    assert.equal(await inside('cat /version; ls /root'), 'two\ng');
  });

  it('that ends, is never healthy or cannot start is rolled back by itself; a good one works then', async () => {
    await inside('echo 1 > /root/f');
    const { Id } = (await daemon.it.inspect('box'))!;
    const cases: [args: string[], expected: RegExp][] = [
      [['--image', 'bad'], /it ended with exit code 3; .*app1.* again[^]*PCH_UPGRADE_UNHEALTHY/],
      [
        ['--image', 'app2', '--health-cmd', 'exit 4', '--health-timeout', '1s'],
        /within 1 s: its exit code is 4/,
      ],
      [['--image', 'none'], /PCH_COMMAND_NOT_FOUND/],
      [['--image', 'app2', '--keep', '/'], /expected an absolute path/],
      [['--image', 'app2', '--health-timeout', '0'], /PCH_OPTION_INVALID/],
      [['--image', 'app2', '--keep', '/*/f'], /only in the last part/],
      [['--image', 'absent', '--pull', 'never'], /PCH_IMAGE_NOT_FOUND/],
    ];
    for (const [args, expected] of cases) {
      assert.match(await failure('upgrade', 'box', ...args), expected);
      assert.equal((await daemon.it.until('box', 'running')).Id, Id);
      assert.equal(await inside('cat /version /root/f'), 'one\n1', args.join(' '));
    }
    await ok('upgrade', 'box', '--image', 'app2', '--health-cmd', 'grep -q two /version', '--keep', '/root');
    assert.equal(await inside('cat /version /root/f'), 'two\n1');
  });

  it('of a stopped container does not start it; snapshots of the other image are refused, and fit after a rollback', async () => {
    await inside('echo 1 > /root/f');
    await ok('snapshot', 'create', 'box', '--name', 'first');
    await ok('stop', '-t', '0', 'box');
    await ok('upgrade', 'box', '--image', 'app2');
    assert.equal((await daemon.it.inspect('box'))?.State.Status, 'exited');
    assert.match(await failure('snapshot', 'restore', 'box', 'first'), /PCH_CONFLICT/);
    await ok('rollback', 'box');
    await ok('snapshot', 'restore', 'box', 'first');
    await ok('start', 'box');
    assert.equal(await inside('cat /version /root/f'), 'one\n1');
  });

  describe('or snapshot that pouchd is killed in', () => {
    let failpoint: string;

    before(async () => {
      failpoint = join(daemon.it.dir, 'failpoint');
      await daemon.it.restart({ failpoint: `@${failpoint}` });
    });
    after(() => daemon.it.restart());

    const stepsOf = async (args: string[]): Promise<string[]> => {
      const earlier = (await daemon.it.log()).length;
      await writeFile(failpoint, 'trace');
      await ok(...args);
      await rm(failpoint);
      const steps = (await daemon.it.log())
        .slice(earlier)
        .matchAll(/^ledger-step (\S+:(?:upgrade|snapshot):.*)$/gm);
      return [...new Set([...steps].map(([, step]) => step!))];
    };

    /** What the container is, as its files and its record say. */
    const state = async () => {
      await ok('start', 'box');
      const found = await inside('cat /version; cat /root/f');
      return `${found} ${await ok('snapshot', 'ls', '-q', 'box')}`.replaceAll(/\s+/g, ' ').trim();
    };

    const killed = async (step: string, args: string[]): Promise<void> => {
      await writeFile(failpoint, step);
      const cutOff = daemon.pouch(...args);
      assert.equal(await daemon.it.ended(), 'SIGKILL', step);
      await cutOff;
      await rm(failpoint);
      await daemon.it.start({ failpoint: `@${failpoint}` });
    };

    const verbs: Record<string, { args: string[]; before: string; after: RegExp; prepare?: string[][] }> = {
      'an upgrade': {
        args: ['upgrade', 'box', '--image', 'app2', '--keep', '/root', ...healthy],
        before: 'one 1',
        after: /^two 1$/,
      },
      'a rollback': {
        args: ['rollback', 'box'],
        prepare: [['upgrade', 'box', '--image', 'app2', '--keep', '/root', ...healthy]],
        before: 'two 1',
        after: /^one 1$/,
      },
      'a snapshot': {
        args: ['snapshot', 'create', 'box', '--name', 's'],
        before: 'one 1',
        after: /^one 1 s$/,
      },
      'a restore': {
        args: ['snapshot', 'restore', '--restart', 'box', 's'],
        prepare: [
          ['snapshot', 'create', 'box', '--name', 's'],
          ['exec', 'box', 'sh', '-c', 'echo 2 > /root/f'],
        ],
        before: 'one 2 s',
        after: /^one 1 s before-restore-\S+$/,
      },
    };
    for (const [name, { args, prepare = [], before, after }] of Object.entries(verbs))
      it(`is what it was or what it was to be, complete: ${name}`, async () => {
        const begin = async () => {
          await daemon.pouch('rm', '-f', '-v', 'box');
          await ok('run', '-d', '--name', 'box', ...quick, '-v', 'kept:/kept', 'app1');
          await inside('echo 1 > /root/f');
          for (const step of prepare) await ok(...step);
        };
        await begin();
        const steps = await stepsOf(args);
        assert.ok(
          steps.includes(
            'before:' + (args[0] === 'snapshot' && args[1] === 'create' ? 'snapshot' : 'upgrade') + ':commit',
          ),
          steps.join(', '),
        );
        for (const step of someOf(steps, name)) {
          await begin();
          await killed(step, args);
          // A snapshot freezes a container and does not stop it.
          await daemon.it.until('box', 'running', 30_000);
          const now = await state();
          assert.ok(now === before || after.test(now), `${step}: ${now}`);
          const { Id } = (await daemon.it.inspect('box'))!;
          assert.deepEqual(await daemon.it.unexplained([Id]), [], step);
          const onTrial = async () => (await daemon.it.inspect('box'))?.Rollback?.onTrial === true;
          assert.ok(await waitUntil(async () => !(await onTrial()), { withinMs: 30_000 }), step);
          if (now === before) {
            await ok(...args);
            assert.match(await state(), after, step);
          }
          await ok('rm', '-f', '-v', 'box');
          const left = [...(await daemon.it.inventory())].filter((line) =>
            /^(snapshot|mount) .*[0-9a-f]{64}/.test(line),
          );
          assert.deepEqual(left, [], step);
        }
      });
  });
});
