import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugins = resolve(import.meta.dirname, 'support/plugins');

describe('a plugin with a fault', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;

  async function use(name: string): Promise<void> {
    await daemon.it.configure(`plugins:\n  - path: ${plugins}/${name}.ts\n`);
    await ok('plugin', 'reload');
  }

  describe('in a tap under `degrade`', () => {
    before(() => use('degrades'));

    /** Waits until the container is marked by exactly these hooks: those of observers come in the background. */
    async function isMarkedBy(id: string, ...hooks: string[]): Promise<void> {
      const marks = async () => {
        const { Degraded = [] } = JSON.parse(await ok('inspect', '--format', '{{json .}}', id)) as {
          Degraded?: { plugin: string; hook: string; message: string }[];
        };
        return Degraded.map(({ hook }) => hook).sort();
      };
      const expected = hooks.toSorted().join();
      const isReached = await waitUntil(async () => (await marks()).join() === expected, {
        withinMs: 30_000,
      });
      assert.ok(isReached, `marked by ${(await marks()).join()}; expected ${expected}`);
    }

    it('marks the container at every hook that concerns it, and a restart of pouchd keeps the marks', async () => {
      const created = ['container.preCreate', 'container.spec', 'container.postCreate'];
      const id = await ok('create', 'busybox', 'sleep', '100');
      await isMarkedBy(id, ...created);
      await ok('start', id);
      const started = [...created, 'container.prestart', 'container.poststart'];
      await isMarkedBy(id, ...started);
      assert.match(await ok('ps', '--filter', `id=${id}`), /degraded/);
      await ok('exec', id, 'true');
      await ok('update', '--memory', '64m', id);
      const used = [
        ...started,
        'container.preExec',
        'container.postExec',
        'container.preUpdate',
        'container.postUpdate',
      ];
      await isMarkedBy(id, ...used);
      await daemon.it.kill9();
      await daemon.it.start();
      await isMarkedBy(id, ...used);
      await ok('stop', '-t', '0', id);
      await isMarkedBy(id, ...used, 'container.preStop', 'container.poststop', 'network.postDetach');
      await ok('rm', id);
    });

    it('marks a container whose restart it concerns', async () => {
      const id = await ok('run', '-d', '--restart', 'on-failure:1', 'busybox', 'false');
      const marks = async () => /"hook": "container\.restart"/.test(await ok('inspect', id));
      assert.ok(await waitUntil(marks, { withinMs: 30_000 }), await ok('inspect', id));
      await ok('rm', '-f', id);
    });
  });

  describe('elsewhere', () => {
    before(() => use('unruly'));

    const faults: Record<string, { code: string; message: RegExp }> = {
      circle: { code: 'PCH_PLAN_INVALID', message: /effects need each other: first → second → first/ },
      'missing-need': {
        code: 'PCH_PLAN_INVALID',
        message: /the effect first needs nobody, which is not planned/,
      },
      'later-need': {
        code: 'PCH_PLAN_INVALID',
        message: /the effect first needs netns, which is of a later stage/,
      },
      describe: {
        code: 'PCH_PLUGIN_FAILED',
        message: /describe of the effect kind unruly-describe: no words/,
      },
      interface: { code: 'PCH_PLUGIN_CONTRACT', message: /the effect network\.eth7 returned nothing/ },
      result: {
        code: 'PCH_PLUGIN_CONTRACT',
        message: /apply of the effect kind unruly-result returned .*plain data/,
      },
      reserved: {
        code: 'PCH_PLUGIN_RESERVED',
        message: /plugin unruly set effects\.io, which Pouch sets itself/,
      },
      annotation: { code: 'PCH_RUNTIME_NOT_FOUND', message: /no runtime is named "unheard-of"/ },
      runtime: { code: 'PCH_RUNTIME_NOT_FOUND', message: /no runtime is named "unheard-of"/ },
      user: { code: 'PCH_USER_NOT_FOUND', message: /has no user "stranger"/ },
      command: { code: 'PCH_COMMAND_MISSING', message: /no command was given/ },
      rich: { code: 'PCH_OPTION_INVALID', message: /no active plugin provides the rich mode "upstart"/ },
    };
    describe('of a plan', function () {
      for (const [fault, { code, message }] of Object.entries(faults))
        it(`${fault}: the error names the plugin, and the next container works`, async () => {
          const { exitCode, stderr } = await pouch(
            'run',
            '--rm',
            '--label',
            `fault=${fault}`,
            'busybox',
            'true',
          );
          assert.notEqual(exitCode, 0);
          assert.match(stderr, message);
          assert.match(stderr, /unruly/);
          assert.match(stderr, new RegExp(code));
          assert.doesNotMatch(stderr, /--/);
          await ok('run', '--rm', 'busybox', 'true');
        });

      sampleTests(this);
    });

    it('explain blames the plugin that has set the annotation for the runtime', async () => {
      const id = await ok('create', '--label', 'fault=good-annotation', 'busybox');
      assert.match(
        await ok('explain', id, '--field', 'runtime'),
        /runtime +crun +unruly +container\.preCreate +\S+pouchd\.yaml:\d+ /,
      );
      await ok('rm', id);
    });

    it('a user that a tap of container.preExec sets is blamed on its plugin', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '100');
      const { stderr } = await pouch('exec', id, 'stranger');
      assert.match(stderr, /has no user "stranger"\n +by plugin unruly at container\.preExec/);
      assert.equal(await ok('exec', id, 'echo', 'fine'), 'fine');
      await ok('rm', '-f', id);
    });
  });
});
