import assert from 'node:assert/strict';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { containerWith, type Generation, loadPlugins, withFrozenRecords } from '../../core/plugins/index.ts';
import { systemClock } from '../../core/systemClock.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import { asCaller } from '../../hooks/caller.ts';
import type { ContainerRecord, Engine, PluginIsolation } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { Services } from '../../hooks/services.ts';
import { TestLog } from '../../testing/TestLog.ts';
import { confinement } from '../support/confinement.ts';
import { inProcessFiles } from '../unit/core/files/inProcessFiles.ts';
import { makeDraft } from '../unit/core/plugins/support/draft.ts';
import { host } from '../unit/core/plugins/support/host.ts';

const { preCreate, selectRuntime, prestart, poststop } = catalogue.container;
const isolations: readonly PluginIsolation[] = ['in-process', 'process'];
const project = resolve(import.meta.dirname, '../..');
const all = ['config', 'containers', 'events', 'execs', 'files', 'images', 'system', 'volumes'];
const grants = { services: Object.fromEntries(all.map((name) => [name, true as const])) };
const hostCommand = [process.execPath, join(project, 'dist/bin/run-plugin-host.cjs')];

/** Services of an engine that has one container and does what is easy to compare. */
function services(done: string[]): Partial<Services> {
  const record = { id: 'a'.repeat(64), name: 'web', draft: makeDraft() } as unknown as ContainerRecord;
  const find = (ref: string) => {
    if (ref === 'web') return record;
    throw new PouchError('PCH_CONTAINER_NOT_FOUND', `no container "${ref}"`, {
      hint: 'pouch ps -a',
      container: ref,
    });
  };
  const chunk = (text: string) => ({ stream: 'stdout' as const, data: Buffer.from(text) });
  const engine = {
    containers: {
      list: () => [record],
      inspect: find,
      start: async (ref: string) => void done.push(`start ${find(ref).name}`),
      wait: async () => ({ exitCode: 7 }),
      plan: async () => ({ findings: [new PouchError('PCH_PORT_IN_USE', 'port 80 is taken')] }),
      run: async ({ name }: { name?: string }) => {
        let typed = '';
        let hasTyped: () => void = () => undefined;
        const typing = new Promise<void>((typedAll) => (hasTyped = typedAll));
        const stdin = new Writable({
          write: (data: Buffer, _encoding, callback) => {
            typed += data.toString();
            callback();
          },
          final: (callback) => {
            hasTyped();
            callback();
          },
        });
        const output = (async function* () {
          await typing;
          yield chunk('out');
          yield chunk(typed);
        })();
        const started =
          name === 'fails'
            ? Promise.reject(new PouchError('PCH_RUNTIME_FAILED', 'no such program'))
            : Promise.resolve();
        started.catch(() => undefined);
        return {
          id: 'x',
          warnings: [],
          started,
          attachment: { tty: false, stdin, output, detach: () => done.push('detached') },
        };
      },
      async *logs() {
        try {
          for (;;) yield chunk('line');
        } finally {
          done.push('logs ended');
        }
      },
    },
    execs: { inspect: () => ({ exitCode: 3 }) },
    images: {
      pull: async (_ref: string, { onProgress }: { onProgress: (progress: { status: string }) => void }) => {
        onProgress({ status: 'Waiting' });
        onProgress({ status: 'Pull complete' });
        return { id: 'sha256:1' };
      },
      save: async () => Readable.from([Buffer.from('an '), Buffer.from('archive')], { objectMode: false }),
      load: async (archive: Readable) => {
        const parts: Buffer[] = [];
        for await (const part of archive) parts.push(part as Buffer);
        return [{ id: Buffer.concat(parts).toString() }];
      },
    },
    events: {
      emit: ({ action, attributes }: { action: string; attributes: object }) =>
        void done.push(`emit ${action} ${JSON.stringify(attributes)}`),
      async *subscribe({ signal }: { signal: AbortSignal }) {
        for (const action of ['first', 'second']) yield { action, timeNano: 10n ** 18n };
        await waitUntil(() => signal.aborted, { withinMs: 20_000 });
        done.push('events ended');
      },
    },
    volumes: { list: async () => [{ name: 'v' }] },
    system: {
      ops: () => [{ verb: 'start' }],
      forCaller: async (_signal: AbortSignal, work: () => Promise<unknown>) => await work(),
    },
    config: { get: (setting: string) => `value of ${setting}`, originOf: () => 'default' },
  };
  return engine as unknown as Partial<Services>;
}

for (const isolation of isolations)
  describe(`a plugin in isolation ${isolation}`, function () {
    this.timeout(30_000);
    let folder = '';
    let generation: Generation;
    let log: TestLog;
    const done: string[] = [];

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'isolation-'));
      await chmod(folder, 0o755);
      const path = join(folder, 'parity.ts');
      await cp(join(project, 'test/integration/support/plugins/parity.ts'), path);
      // pouchd reads it, and its user need not.
      await chmod(path, 0o600);
      log = new TestLog();
      generation = await loadPlugins({
        number: 1,
        builtIns: [],
        entries: [
          { path, isolation, enabled: true, options: {}, ...(isolation === 'process' && { grants }) },
        ],
        container: containerWith({
          clock: systemClock,
          files: inProcessFiles(),
          host,
          log,
          ...withFrozenRecords(services(done) as Engine),
        }),
        hostCommand,
        confinement,
      });
    });
    after(async () => {
      await generation.dispose();
      await rm(folder, { recursive: true });
      const lines = log.lines.filter(({ message }) => /disposed|clean up/.test(message));
      assert.deepEqual(
        lines.map(({ message, fields }) => [message, fields['volumes'] ?? fields['error']]),
        [
          ['last disposed', 1],
          ['a plugin failed to clean up', 'not clean'],
          ['first disposed', undefined],
        ],
      );
    });

    const withLabels = (labels: Record<string, string>) =>
      makeDraft({
        labels,
        image: { ...makeDraft().image, stat: async (path) => ({ path, kind: 'file', mode: 0o755 }) },
      });

    const plan = async (action: string) => {
      const { draft } = await generation.runner.plan(preCreate, withLabels({ do: action }), { log });
      return draft;
    };
    const labelOf = async (action: string, label: string) => (await plan(action)).labels[label];
    const jsonOf = async (action: string, label: string) =>
      JSON.parse((await labelOf(action, label)) ?? 'null') as unknown;
    const failure = async (action: string) => {
      const error = await plan(action).then(
        () => assert.fail(`${action} does not fail`),
        (found: PouchError) => found,
      );
      assert.deepEqual([error.plugin, error.hook], ['parity', 'container.preCreate']);
      assert.equal(await labelOf('labels', 'set'), 'standard');
      return error;
    };
    const logged = async (message: string) => {
      const find = () => log.lines.find((line) => line.message === message);
      assert.ok(await waitUntil(() => find() !== undefined, { withinMs: 20_000 }), `not logged: ${message}`);
      return find()!;
    };

    it('is described', () => {
      const [status] = generation.plugins;
      assert.deepEqual([status?.error, status?.state, status?.isolation], [undefined, 'active', isolation]);
      assert.deepEqual(
        status?.hooks,
        [preCreate, selectRuntime, prestart, poststop].map(({ name }) => name),
      );
    });

    it('plans', async () => {
      const { mounts, resources, process: planned } = await plan('nested');
      assert.deepEqual(mounts['/data'], { type: 'tmpfs', source: 'tmpfs', options: ['ro'] });
      assert.deepEqual(resources.cpu, { shares: 2 });
      assert.equal(planned.command.at(-1), 'more');
      assert.equal(planned.env['PATH'], undefined);
      assert.equal(await labelOf('labels', 'set'), 'standard');
      assert.equal(await labelOf('later', 'later'), 'yes');
      const whole = await plan('returns');
      assert.equal(whole.labels['whole'], 'yes');
      assert.equal(typeof whole.image.stat, 'function');
      assert.deepEqual((await plan('secret')).secrets, { 'labels.other': true });
    });

    it('is blamed for each field', async () => {
      const { blame } = await generation.runner.plan(preCreate, withLabels({ do: 'nested' }), { log });
      assert.deepEqual(
        blame.map(({ field, action, plugin }) => `${action} ${field} ${plugin}`),
        [
          'set resources.cpu.shares parity',
          'set mounts["/data"].type parity',
          'set mounts["/data"].source parity',
          'set mounts["/data"].options parity',
          'removed process.env.PATH parity',
          'changed process.command parity',
        ].sort((a, b) => order(blame, a) - order(blame, b)),
      );
    });

    for (const [action, code, message] of [
      ['returns garbage', 'PCH_PLUGIN_CONTRACT', /the tap returned a number; expected a draft/],
      [
        'returns data that is not plain',
        'PCH_PLUGIN_CONTRACT',
        /the tap set labels\.date to a value that is not plain/,
      ],
      ['sets a wrong type', 'PCH_PLUGIN_CONTRACT', /labels\.number must be string/],
      ['sets a fixed field', 'PCH_PLUGIN_CONTRACT', /changed name, which is fixed/],
      ['sets a reserved effect', 'PCH_PLUGIN_RESERVED', /io/],
      ['huge', 'PCH_PLUGIN_CONTRACT', /the tap left a draft of more than 8 MiB/],
      ['throws', 'PCH_PLUGIN_FAILED', /^not today$/],
      ['rejects', 'PCH_PLUGIN_FAILED', /^not tomorrow$/],
      ['throws no error', 'PCH_PLUGIN_FAILED', /^a text$/],
      ['late: waits', 'PCH_DEADLINE', /did not settle within 2000 ms/],
      ['a service throws', 'PCH_CONTAINER_NOT_FOUND', /^no container "none"$/],
      ['a service rejects', 'PCH_CONTAINER_NOT_FOUND', /^no container "none"$/],
    ] as const)
      it(`fails: ${action}`, async () => {
        const error = await failure(action);
        assert.equal(error.code, code);
        assert.match(error.message, message);
      });

    // In pouchd they would end or block this process.
    const faults = [
      ['exits', 'PCH_PLUGIN_PROCESS', /its process ended \(exit code 3\)/],
      ['kills itself', 'PCH_PLUGIN_PROCESS', /its process ended \(SIGKILL\)/],
      ['late: spins after an await', 'PCH_DEADLINE', /did not settle within 2000 ms/],
    ] as const;
    for (const [action, code, message] of isolation === 'process' ? faults : [])
      it(`costs its own call, and the next one works: ${action}`, async () => {
        const error = await failure(action);
        assert.equal(error.code, code);
        assert.match(error.message, message);
      });

    if (isolation === 'process')
      it('is not ended by a promise that nothing handles', async () => {
        await plan('leaks a promise');
        assert.match(String((await logged('unhandled rejection')).fields['error']), /nobody cares/);
      });

    it('refuses with code, message, hint and field', async () => {
      const { code, message, hint, field } = await failure('refuses');
      assert.deepEqual(
        [code, message, hint, field],
        ['PCH_OPTION_INVALID', 'expected a, found b', 'say a', 'resources.memory'],
      );
    });

    it('keeps what an error of a service says', async () => {
      const { hint, container } = await failure('a service throws');
      assert.deepEqual([hint, container], ['pouch ps -a', 'none']);
    });

    it('cannot write to its draft after its end', async () => {
      assert.equal(await labelOf('writes late', 'late'), undefined);
      if (isolation === 'in-process') return;
      const { fields } = await logged('a tap wrote to its draft after its end: the write is ignored');
      assert.deepEqual(fields, { plugin: 'parity', hook: 'container.preCreate', field: 'labels.late' });
    });

    it('logs', async () => {
      await plan('logs');
      const { fields } = await logged('from the tap');
      assert.deepEqual([fields['plugin'], fields['hook']], ['parity', 'container.preCreate']);
      assert.deepEqual((await logged('from the plugin')).fields['plugin'], 'parity');
      assert.equal((await logged('from the service')).level, 'debug');
    });

    it('has its host, its image and its caller', async () => {
      const seen = await asCaller(
        () => ({ transport: 'unix', uid: 5 }),
        () => jsonOf('facts', 'facts'),
      );
      const stat = { path: '/bin/busybox', kind: 'file', mode: 0o755 };
      assert.deepEqual(seen, ['/var/lib/pouch', '/var/lib/pouch', true, stat, { transport: 'unix', uid: 5 }]);
      assert.deepEqual(await jsonOf('files', 'files'), ['string', 'undefined']);
    });

    it('has services: those that return at once, and those that change things', async () => {
      assert.deepEqual(await jsonOf('reads services', 'services'), {
        list: ['web'],
        inspect: 'web',
        frozen: true,
        setting: 'value of runtime.default',
        ops: [{ verb: 'start' }],
        exec: 3,
        volumes: 1,
      });
      assert.equal(await labelOf('changes things', 'exit'), '7');
      assert.deepEqual(done.splice(0), ['start web', 'emit custom {"a":"b"}']);
    });

    it('passes callbacks', async () => {
      const expected = [['Waiting', 'Pull complete'], 'sha256:1', 'pouchd1'];
      assert.deepEqual(await jsonOf('with callbacks', 'callbacks'), expected);
    });

    it('reads and writes streams, and ends them', async () => {
      assert.deepEqual(await jsonOf('streams', 'streams'), [
        ['stdout:out', 'stdout:typed'],
        ['first', 'bigint', 'second', 'bigint'],
        ['line'],
        'an archive',
        ['atar'],
      ]);
      assert.ok(await waitUntil(() => done.length === 3, { withinMs: 20_000 }), done.join());
      assert.deepEqual(done.splice(0), ['detached', 'events ended', 'logs ended']);
    });

    it('gets errors within results', async () => {
      assert.equal(await labelOf('a failed start', 'started'), 'PCH_RUNTIME_FAILED: no such program');
      assert.equal(await labelOf('findings', 'findings'), 'true port 80 is taken');
    });

    it('decides, applies and observes', async () => {
      const { runner } = generation;
      const decided = await runner.bail(selectRuntime, withLabels({ runtime: 'crun' }), { log });
      assert.deepEqual(decided, { result: 'crun', plugin: 'parity' });
      assert.equal(await runner.bail(selectRuntime, withLabels({}), { log }), undefined);
      const container = { id: 'a', name: 'written', draft: makeDraft() } as unknown as ContainerRecord;
      const [degraded] = await runner.apply(prestart, { container, netns: '' }, { log });
      assert.match(degraded?.message ?? '', /the input of this hook is read-only: .*'name'/);
      runner.observe(poststop, { container, netns: '' }, { log });
      assert.equal((await logged('stopped')).fields['name'], 'written');
    });

    describe('provides an effect kind', () => {
      const context = (signal = new AbortController().signal) => ({
        container: 'c1',
        key: 'thing.a',
        resultOf: (key: string) => ({ of: key }),
        signal,
      });
      const kind = () => generation.effectKinds.get('thing')!;

      it('with a sentence, a check, a result and arguments for damage', async () => {
        const { volatile, deadlineMs, plugin } = kind();
        assert.deepEqual([volatile, deadlineMs, plugin], [true, 3000, 'parity']);
        assert.equal(await kind().describe({ name: 'a' }), 'make the thing a');
        assert.deepEqual(await kind().apply({ name: 'a' }, context()), {
          made: 'a for c1 beside {"of":"netns"}',
        });
        await kind().check!({ name: 'free' }, { draft: withLabels({}), signal: context().signal });
        assert.deepEqual(await kind().assume!({ id: 'c2', netns: '/n' }), { name: 'c2' });
        await kind().undo({ name: 'a' }, { made: 'a' }, context());
        assert.deepEqual((await logged('undone')).fields, {
          plugin: 'parity',
          name: 'a',
          result: { made: 'a' },
        });
      });

      it('whose errors name the plugin', async () => {
        const { signal } = context();
        await assert.rejects(async () => await kind().describe({ name: 'unspeakable' }), {
          code: 'PCH_PLUGIN_FAILED',
          message: 'describe of the effect kind thing: no words',
          plugin: 'parity',
        });
        await assert.rejects(kind().check!({ name: 'taken' }, { draft: withLabels({}), signal }), {
          code: 'PCH_NAME_IN_USE',
          message: `${makeDraft().name}: taken is taken`,
          plugin: 'parity',
        });
        const failed = { code: 'PCH_PLUGIN_FAILED', plugin: 'parity' };
        await assert.rejects(kind().apply({ name: 'fails' }, context()), { ...failed, message: 'no room' });
        await assert.rejects(kind().undo({ name: 'stays' }, undefined, context()), {
          ...failed,
          message: 'it stays',
        });
      });

      it('whose apply is cancelled', async () => {
        const controller = new AbortController();
        const applying = kind().apply({ name: 'waits' }, context(controller.signal));
        controller.abort(new PouchError('PCH_DEADLINE', 'too late'));
        if (isolation === 'in-process') await assert.rejects(applying, { message: 'too late' });
        assert.equal(await labelOf('labels', 'set'), 'standard');
      });
    });
  });

/** The order within a tap is not a part of the contract. */
function order(blame: readonly { field: string }[], entry: string): number {
  return blame.findIndex(({ field }) => entry.includes(` ${field} `));
}
