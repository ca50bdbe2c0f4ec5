import assert from 'node:assert/strict';
import { chmod, cp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');
const data = { name: 'ann', more: 'x', list: [1, null, { a: true }] };
const call = /ask of the service directory\.users \(plugin directory\): /;

/** The error of each question, and the providers that know it. */
const faults: Record<string, [message: RegExp, ...kinds: string[]]> = {
  refuse: [/the directory is closed[^]*hint: open it[^]*code: PCH_CONFLICT/],
  fail: [/no network[^]*code: PCH_PLUGIN_FAILED/],
  hang: [/its process did not reply within 2000 ms[^]*code: PCH_DEADLINE/],
  spin: [/its process did not reply within 2000 ms[^]*code: PCH_DEADLINE/],
  kill: [/its process ended \(SIGKILL\)[^]*code: PCH_PLUGIN_PROCESS/],
  date: [/it returned a value that is not plain data[^]*code: PCH_PLUGIN_CONTRACT/, 'module'],
  // A module’s reply costs the call, a line of an executable its process.
  huge: [/returned a value of more than 8 MiB[^]*_CONTRACT|wrote a line of more than 8 MiB[^]*_PROTOCOL/],
  garbage: [/wrote an invalid message \(it is not JSON\)[^]*code: PCH_PLUGIN_PROTOCOL/, 'executable'],
  code: [/the unknown code PCH_NOSUCH: because[^]*code: PCH_PLUGIN_CONTRACT/, 'executable'],
};

describe('services of plugins in processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const granted = 'grants: { services: { directory.users: true } }';
  const providers: Record<string, () => string> = {
    module: () => `{ path: ${at('directory.ts')} }`,
    executable: () => `{ path: ${at('directory')} }`,
    'in-process': () => `{ path: ${at('directory.ts')}, isolation: in-process }`,
  };
  const consumers: Record<string, (options?: string) => string> = {
    module: (options = '') => `{ path: ${at('mail.ts')}, ${granted}${options} }`,
    executable: (options = '') => `{ path: ${at('mail')}, ${granted}${options} }`,
    'in-process': (options = '') => `{ path: ${at('mail.ts')}, isolation: in-process${options} }`,
  };
  const reload = async (...entries: string[]) => {
    await daemon.it.configure(`plugins:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
    return await pouch('plugin', 'reload');
  };
  const use = async (...entries: string[]) => {
    const { exitCode, stdout, stderr } = await reload(...entries);
    assert.equal(exitCode, 0, stdout + stderr);
  };

  before(async () => {
    for (const name of ['directory', 'mail']) {
      await cp(join(support, `plugins/${name}.ts`), at(`${name}.ts`));
      await cp(join(support, `${name}.py`), at(name));
      await chmod(at(name), 0o755);
    }
  });

  /** What the consumer got. */
  const asked = async (question: string) => {
    const id = await ok('create', '--label', `ask=${question}`, 'busybox');
    const { Config } = (await daemon.it.inspect(id))!;
    await ok('rm', id);
    return JSON.parse(Config.Labels?.['result'] ?? '""') as unknown;
  };
  const failure = async (question: string) => {
    const { exitCode, stderr } = await pouch('create', '--label', `ask=${question}`, 'busybox');
    assert.equal(exitCode, 125, stderr);
    return stderr;
  };
  const plainRun = async () => assert.equal(await sh('echo plain'), 'plain');

  const pairs = Object.keys(providers)
    .flatMap((provider) => Object.keys(consumers).map((consumer) => [provider, consumer] as const))
    .filter(([provider, consumer]) => provider !== 'in-process' || consumer !== 'in-process');

  for (const [provider, consumer] of someOf(pairs, 'pairs'))
    it(`data crosses, and so do errors: ${provider} to ${consumer}`, async () => {
      await use(consumers[consumer]!(', options: { more: x }'), providers[provider]!());
      assert.deepEqual(await asked('data'), data);
      const error = await failure('refuse');
      assert.match(error, call);
      assert.match(error, faults['refuse']![0]);
      assert.match(error, /by plugin mail in container\.preCreate|plugin mail/);
      await use(consumers[consumer]!(), providers[provider]!());
      assert.deepEqual(await asked('data'), { ...data, more: 'nothing' });
      assert.equal(await asked('nothing'), null);
      const [found] = JSON.parse(await ok('plugin', 'inspect', 'directory')) as Record<string, unknown>[];
      assert.deepEqual(found?.['provides'], ['directory.users']);
      await plainRun();
    });

  for (const kind of someOf(['module', 'executable'], 'kinds'))
    describe(`a provider that is ${kind === 'module' ? 'a module' : 'an executable'}`, () => {
      const of = Object.entries(faults).filter(
        ([, [, ...kinds]]) => kinds.length === 0 || kinds.includes(kind),
      );
      const consumer = () => consumers[kind === 'module' ? 'executable' : 'module']!();
      before(() => use(providers[kind]!(), consumer()));

      for (const [question, [message]] of someOf(of, kind))
        it(`${question}: an error with its name, and the next call works`, async () => {
          const error = await failure(question);
          assert.match(error, call);
          assert.match(error, message);
          assert.equal(await asked('slow'), 'slow');
          await plainRun();
        });

      it('whose process is killed from outside: the next call works', async () => {
        const isOne = ([command = '', ...args]: string[]) =>
          command.endsWith('/pouch-confine') && args.some((one) => one.includes(daemon.it.dir));
        for (const { pid } of await findProcesses(isOne)) process.kill(pid, 'SIGKILL');
        assert.equal(await asked('slow'), 'slow');
        await plainRun();
      });

      it('that a reload replaces or removes while it is called: the call ends with its version', async () => {
        const slow = asked('slow');
        await use(providers[kind]!().replace('{', '{ timeout: 9s,'), consumer());
        assert.equal(await slow, 'slow');
        const hanging = failure('hang');
        await use(consumer());
        assert.match(await hanging, call);
        assert.equal(await asked('data'), 'no directory');
        await plainRun();
        await use(providers[kind]!(), consumer());
        assert.equal(await asked('slow'), 'slow');
      });
    });

  it('a consumer needs a grant, for all methods or for some', async () => {
    const mail = (grants: string) => `{ path: ${at('mail')}, grants: { services: { ${grants} } } }`;
    const { stdout } = await reload(providers['executable']!(), mail(''));
    assert.match(stdout, /plugin mail injects directory\.users, which its entry does not grant/);
    await use(providers['executable']!(), mail('directory.users: [other]'));
    assert.match(await failure('data'), /it calls directory\.users\.ask, which its entry does not grant/);
    await use(providers['executable']!(), mail('directory.users: [ask]'));
    assert.equal(await asked('slow'), 'slow');
    await plainRun();
  });

  describe('are checked at load', () => {
    /** An executable with this manifest. */
    const declares = async (name: string, manifest: object) => {
      const text = JSON.stringify({ protocol: 1, name, version: '1.0.0', ...manifest });
      const script = `#!/bin/sh\nread -r line\necho '{"type":"reply","id":1,"manifest":${text}}'\ncat >/dev/null\n`;
      await writeFile(at(name), script, { mode: 0o755 });
      return `{ path: ${at(name)}, grants: { services: { a.s: true, b.s: true, directory.users: true } } }`;
    };
    const service = (name: string) => ({ service: name, methods: ['ask'] });
    const rejected = async (expected: RegExp, ...entries: string[]) => {
      const { exitCode, stdout } = await reload(...entries);
      assert.match(stdout, expected);
      assert.equal(exitCode, 1);
    };

    it('circles', async () => {
      const a = await declares('a', { provides: [service('a.s')], inject: ['b.s'] });
      const b = await declares('b', { provides: [service('b.s')], inject: ['a.s'] });
      await rejected(/plugins inject services of each other, in a circle: a → b → a/, a, b);
    });

    it('versions, and providers that are absent', async () => {
      const wants = [{ service: 'directory.users', range: '^2.0' }];
      const a = await declares('a', { inject: wants, provides: [service('a.s')] });
      await rejected(
        /injects the service directory\.users in version \^2\.0, and plugin directory provides 1\.4\.0/,
        a,
        providers['executable']!(),
      );
      await rejected(/injects the service directory\.users, which no plugin provides/, a);
      await plainRun();
    });

    it('names and methods', async () => {
      for (const [provides, message] of [
        [service('b.s'), /plugin a provides "b\.s", expected a name such as a\.users/],
        [service('containers'), /plugin a provides "containers", expected a name such as a\.users/],
        [{ service: 'a.s' }, /plugin a provides a\.s without `methods`/],
        [
          { service: 'a.s', methods: ['then'] },
          /manifest\.provides\.0\.methods\.0: Expected string to match/,
        ],
        [
          { service: 'a.s', methods: ['ask', 'ask'] },
          /manifest\.provides\.0\.methods: Expected array elements to be unique/,
        ],
      ] as const)
        await rejected(message, await declares('a', { provides: [provides] }));
      await rejected(
        /`version` must be a semantic version/,
        await declares('a', { provides: [service('a.s')], version: undefined }),
      );
    });
  });

  it('the example of the guide', async () => {
    await writeFile(at('teams'), documentedBlock('guides/process-plugins.md', "'provides'"), { mode: 0o755 });
    await writeFile(at('team-label.ts'), documentedBlock('guides/process-plugins.md', "name: 'team-label'"));
    await use(
      `path: ${at('teams')}`,
      `{ path: ${at('team-label.ts')}, grants: { services: { teams.directory: [teamOf] } } }`,
    );
    const id = await ok('create', '--label', 'owner=ann', 'busybox');
    assert.equal((await daemon.it.inspect(id))!.Config.Labels?.['team'], 'web');
    await ok('rm', id);
    await plainRun();
  });
});
