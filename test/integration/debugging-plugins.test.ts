import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TimelineWire } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { definePlugin } from '../../hooks/definePlugin.ts';
import type { Recording } from '../../core/replay/recording.ts';
import { replay } from '../../testing/index.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugins = resolve(import.meta.dirname, 'support/plugins');

describe('debugging plugins', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({
    // A replay has no use for limits and grants.
    yaml:
      `plugins:\n  - path: ${plugins}/talks.ts\n    limits: { memory: 256m }\n` +
      `    grants: { paths: { read: [/etc] } }\n  - path: ${plugins}/breaks.ts\n`,
  });
  const { ok } = daemon;

  const timeline = async (name: string) =>
    JSON.parse(await ok('explain', '--timeline', '--format', 'json', name)) as TimelineWire[];

  it('the timeline has what each tap did in the life of a container, also after a restart', async () => {
    await ok('create', '--name', 'seen', '-e', 'API_TOKEN=opensesame1', 'busybox', 'true');
    await ok('start', 'seen');
    await ok('wait', 'seen');
    const verbsOf = (all: TimelineWire[]) =>
      all
        .filter(({ taps }) => taps.some(({ plugin }) => plugin === 'talks'))
        .map(({ verb, taps }) => [
          verb,
          ...taps.filter((tap) => tap.plugin === 'talks').map((tap) => tap.hook),
        ]);
    const expected = [
      ['create', 'container.preCreate'],
      ['start', 'container.prestart'],
      ['clean up', 'container.poststop'],
    ];
    const isSettled = (all: TimelineWire[]) =>
      verbsOf(all).length === 3 && !all.some(({ running }) => running);
    await waitUntil(async () => isSettled(await timeline('seen')), { withinMs: 30_000 });
    const before = await timeline('seen');
    assert.deepEqual(verbsOf(before), expected);
    const tapOf = (verb: string) =>
      before.find((one) => one.verb === verb)?.taps.find(({ plugin }) => plugin === 'talks');
    assert.deepEqual(tapOf('create')?.changes, ['process.env.TALKS']);
    assert.deepEqual(tapOf('create')?.log[0]?.fields, { name: 'seen', token: '********' });
    assert.deepEqual([tapOf('start')?.attempts, tapOf('start')?.log[0]?.message], [3, 'ready at last']);
    await daemon.it.restart();
    assert.deepEqual(await timeline('seen'), before);
    const text = await ok('explain', '--timeline', 'seen');
    assert.match(text, /^create at \+0\.00 ms/);
    assert.match(text, /container\.prestart +talks +ok \(3 attempts\) +\| *█+ *\|/);
  });

  it('explain, the timeline and plugin ls show a tap that was skipped, with its error', async () => {
    await ok('create', '--name', 'without', '-l', 'skipped=yes', 'busybox', 'true');
    assert.match(
      await ok('explain', 'without'),
      /^LEFT OUT +HOOK +OUTCOME +ERROR\nbreaks +container\.spec +skipped +.*cannot look it up/m,
    );
    const timelineText = await ok('explain', '--timeline', 'without');
    assert.match(timelineText, /container\.spec +breaks +skipped .*\n +error: .*cannot look it up/);
    assert.match(await ok('plugin', 'ls', '--format', '{{.Name}} {{.Errors}}'), /^breaks 1$/m);
    const { Degraded = [] } = JSON.parse(await ok('inspect', '--format', '{{json .}}', 'without')) as {
      Degraded?: unknown[];
    };
    assert.deepEqual(Degraded, []);
    assert.doesNotMatch(await ok('explain', 'seen'), /LEFT OUT/);
  });

  describe('a recording', () => {
    let file = '';
    before(async () => {
      file = join(daemon.it.dir, 'recording.json');
      const volume = ['-v', `${daemon.it.dir}:/host:ro`, '-v', 'data:/data', '-p', '80'];
      await ok(
        'create',
        '--name',
        'recorded',
        '--rich',
        '-e',
        'API_TOKEN=opensesame1',
        ...volume,
        'busybox',
        'true',
      );
      await ok('record', 'recorded', '-o', file);
    });

    const talks = `${plugins}/talks.ts`;
    const both = ['--plugin', talks, '--plugin', `${plugins}/breaks.ts`];

    it('has no secret, and is planned again without its host', async () => {
      assert.doesNotMatch(await readFile(file, 'utf8'), /opensesame1/);
      assert.equal(await ok('plugin', 'replay', file, ...both), 'the plan is as it was recorded');
    });

    it('is planned again within a test', async () => {
      const { default: plugin } = await import('./support/plugins/talks.ts');
      const { default: breaks } = await import('./support/plugins/breaks.ts');
      assert.deepEqual((await replay(file, [plugin, breaks])).differences, []);
      const changed = definePlugin({
        name: 'talks',
        setup: ({ hooks }) =>
          hooks.container.preCreate.tap((draft) => void (draft.process.env['TALKS'] = 'no')),
      });
      const { differences } = await replay(file, [changed, breaks]);
      // The rich mode gives the variable to logins, too: in files of its own.
      const byPlugin = differences.filter(({ field }) => !field.startsWith('files'));
      assert.deepEqual(
        byPlugin.map(({ field, recorded, replayed, plugin: by }) => [field, recorded, replayed, by]),
        [['process.env.TALKS', 'yes', 'no', 'talks']],
      );
    });

    it('names the field and the plugin where the plan differs, and exits with 1', async () => {
      const recording = JSON.parse(await readFile(file, 'utf8')) as Recording;
      recording.request.hostname = 'other';
      const changed = join(daemon.it.dir, 'changed.json');
      await writeFile(changed, JSON.stringify(recording));
      const { exitCode, stdout } = await daemon.pouch('plugin', 'replay', changed, ...both);
      assert.equal(exitCode, 1);
      assert.match(stdout, /^hostname {3}\(request, create\)\n {2}- "\w+"\n {2}\+ "other"$/m);
    });

    it('is planned again with installed plugins of any language, in their order', async () => {
      const folder = join(daemon.it.dir, 'shelly');
      await ok('plugin', 'new', 'shelly', '--shell', '--dir', daemon.it.dir);
      await ok('plugin', 'install', folder);
      const own = join(daemon.it.dir, 'shelly.json');
      try {
        await ok('create', '--name', 'installed', 'busybox', 'true');
        await ok('record', 'installed', '-o', own);
      } finally {
        await ok('plugin', 'rm', 'shelly');
      }
      const { stderr } = await daemon.pouch('plugin', 'replay', own, ...both);
      assert.match(stderr, /recorded with plugin shelly \(.*PCH_NOT_FOUND/s);
      const replayed = (path: string) => ['plugin', 'replay', own, '--plugin', path, ...both];
      assert.equal(await ok(...replayed(folder)), 'the plan is as it was recorded');
      const script = join(folder, 'shelly');
      await writeFile(script, (await readFile(script, 'utf8')).replaceAll('/labels/owner', '/labels/other'));
      const { stdout } = await daemon.pouch(...replayed(script));
      assert.match(stdout, /^labels\.other {3}\(shelly, container\.preCreate\)/m);
    });

    it('names the plugin that it needs, and refuses a file of another kind', async () => {
      const refused = async (...args: string[]) => (await daemon.pouch('plugin', 'replay', ...args)).stderr;
      assert.match(await refused(file), /recorded with plugin talks \(.*talks\.ts\)/);
      assert.match(await refused(talks), /PCH_RECORDING_INVALID/);
    });
  });

  describe('a bisection', () => {
    const bisect = (...words: string[]) => daemon.pouch('plugin', 'bisect', '--', ...words);

    it('finds the plugin that breaks a plan', async () => {
      const { exitCode, stdout } = await bisect('run', '--label', 'breaks=1', 'busybox', 'true');
      assert.equal(exitCode, 1);
      assert.match(stdout, /^culprit: breaks\n.*cannot set it.*PCH_PLUGIN_FAILED/m);
    });

    it('finds two plugins that break it together, in the words of plan run', async () => {
      const { stdout } = await bisect('plan', 'run', '--label', 'conflicts=1', 'busybox', 'true');
      assert.match(stdout, /^culprit: talks with breaks$/m);
      assert.match(stdout, /^with .*: works$/m);
    });

    it('says that no plugin is at fault, and refuses a plan that does not fail', async () => {
      assert.match((await bisect('run', 'busybox', 'nosuchcommand')).stdout, /^culprit: no plugin$/m);
      assert.match((await bisect('run', 'busybox', 'true')).stderr, /the plan does not fail/);
      assert.match((await bisect('stop', 'x')).stderr, /run or plan run/);
    });
  });
});
