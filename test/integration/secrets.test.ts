/** A planted secret is in the container and in `inspect`, and in no other output. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredPlan } from '../../hooks/engine.ts';
import { useDaemon } from '../support/useDaemon.ts';

const planted = 'planted';
const secret = (where: string) => `${planted}-${where}-value`;

const plugin = `
  import { definePlugin, markSecret, Type } from 'pouch/hooks';
  export default definePlugin({
    name: 'vault',
    options: Type.Object({ password: Type.String(), url: Type.String() }),
    setup({ hooks, options, effect, log }) {
      const fail = (draft, where) => {
        if (draft.process.env.FAIL_AT === where)
          throw new Error('cannot log in with ' + draft.process.env.DB_PASSWORD + ' and ' + options.password);
      };
      const say = ({ password }) => 'log in with ' + password;
      effect({
        kind: 'login',
        describe: say,
        apply: async (args) => {
          if (args.fails) throw new Error('refused: ' + args.password);
        },
        undo: async () => undefined,
      });
      hooks.container.preCreate.tap((draft, { log }) => {
        log.info('connects with ' + draft.process.env.DB_PASSWORD, { password: options.password, env: draft.process.env });
        fail(draft, 'preCreate');
        draft.process.env.DSN = '${secret('plugin')}';
        markSecret(draft, 'process.env.DSN');
        draft.files['/etc/app.conf'] = { content: 'dsn=' + draft.process.env.DSN, mode: 0o600, readonly: true };
        draft.effects.login = {
          kind: 'login', stage: 'create', args: { password: options.password, fails: draft.process.env.FAIL_AT === 'effect' },
        };
      });
      hooks.container.spec.tap({ onError: 'degrade' }, (draft) => fail(draft, 'spec'));
      hooks.container.prestart.tap(({ container }) => fail(container.draft, 'prestart'));
      hooks.container.poststart.tap(({ container }) => fail(container.draft, 'poststart'));
      hooks.container.preExec.tap((draft) => {
        if (draft.env.EXEC_TOKEN) {
          draft.env.EXEC_TOKEN += '-more';
          draft.env.LEAK_TOKEN = 'x' + draft.env.EXEC_TOKEN;
        }
        if (draft.env.FAIL_WITH) throw new Error('no exec with ' + draft.env[draft.env.FAIL_WITH]);
        if (draft.env.FAIL_EXEC) throw new Error('no exec with ' + draft.env.EXEC_TOKEN);
      });
    },
  });`;

/** Fails in its setup. */
const broken = `
  import { definePlugin, Type } from 'pouch/hooks';
  export default definePlugin({
    name: 'vault',
    options: Type.Object({ password: Type.String(), url: Type.String() }),
    setup({ options }) {
      throw new Error('cannot log in with ' + options.password);
    },
  });`;

describe('secrets', function () {
  this.timeout(60_000);
  const daemon = useDaemon({ yaml: 'log: { level: debug }\n' });
  const { pouch, ok } = daemon;

  const options = [
    ...['-e', `DB_PASSWORD=${secret('env')}`],
    ...['--secret-env', `CONNECTION=${secret('option')}`],
    ...['--label', `api.token=${secret('label')}`],
    ...['--annotation', `app/secret=${secret('annotation')}`],
  ];

  const pluginFile = () => join(daemon.it.dir, 'plugins', 'vault.ts');
  const config = (password: string) =>
    `log: { level: debug }\nplugins: [{ path: ${pluginFile()}, grants: { secrets: true }, options: { password: ${password}, url: 'https://vault' } }]\n`;

  before(async () => {
    await mkdir(dirname(pluginFile()), { mode: 0o755 });
    await writeFile(pluginFile(), plugin);
    await daemon.it.configure(config(secret('config')));
    await daemon.it.reload(/configuration reloaded/);
  });

  /** What a command prints, without a planted value. */
  async function clean(...args: string[]): Promise<string> {
    const { stdout, stderr } = await pouch(...args);
    const printed = stdout + stderr;
    assert.ok(!printed.includes(planted), `pouch ${args.join(' ')} printed:\n${printed}`);
    return printed;
  }

  /** Nothing in the log since `from`. */
  async function logIsClean(from = 0): Promise<void> {
    const lines = (await daemon.it.log()).slice(from).split('\n');
    assert.deepEqual(
      lines.filter((line) => line.includes(planted)),
      [],
    );
  }

  /** Nothing in the events of what `work` does. */
  async function eventsAreClean(work: () => Promise<unknown>): Promise<string> {
    const since = (Date.now() / 1000).toFixed(3);
    await work();
    const until = (Date.now() / 1000 + 0.2).toFixed(3);
    return await clean('events', '--since', since, '--until', until);
  }

  afterEach(() => logIsClean());

  it('are in a plan as ********', async () => {
    const text = await clean('plan', 'run', ...options, 'busybox', 'true');
    assert.match(text, /process\.env\.DSN = "\*{8}"/);
    assert.match(text, /log in with \*{8}/);
    const json = await clean('plan', 'run', '--format', 'json', ...options, 'busybox', 'true');
    const { spec, effects } = JSON.parse(json) as StoredPlan;
    for (const name of ['DB_PASSWORD', 'CONNECTION', 'DSN'])
      assert.ok(spec.process.env.includes(`${name}=********`), name);
    assert.equal(spec.annotations?.['app/secret'], '********');
    assert.equal(effects.find(({ key }) => key === 'login')?.args['password'], '********');
  });

  it('reach the container and `inspect`, and no file with the blame', async () => {
    const events = await eventsAreClean(() =>
      ok('run', '-d', '--name', 'box', ...options, 'busybox', 'sleep', '1000'),
    );
    assert.match(events, /container start .*api\.token=\*{8}/);
    const env = (await ok('exec', 'box', 'env')).split('\n');
    for (const [name, where] of Object.entries({ DB_PASSWORD: 'env', CONNECTION: 'option', DSN: 'plugin' }))
      assert.ok(env.includes(`${name}=${secret(where)}`), name);
    assert.equal(await ok('exec', 'box', 'cat', '/etc/app.conf'), `dsn=${secret('plugin')}`);
    const inspected = await daemon.it.inspect('box');
    assert.ok(inspected);
    assert.ok(inspected.Config.Env?.includes(`DB_PASSWORD=${secret('env')}`));
    assert.equal(inspected.Config.Labels?.['api.token'], secret('label'));
    const directory = join(daemon.it.dir, 'root/containers', inspected.Id);
    const {
      spec: _spec,
      effects,
      ...rest
    } = JSON.parse(await readFile(join(directory, 'plan.json'), 'utf8')) as StoredPlan;
    const sentences = effects.map(({ sentence }) => sentence);
    const shown = JSON.stringify([rest, sentences]);
    assert.ok(!shown.includes(planted), shown);
  });

  it('are not in explain, effects and ops, also after an exec and a restart of pouchd', async () => {
    const file = join(daemon.it.dir, 'exec.env');
    await writeFile(file, `CONTACT=${secret('file')}\n`, { mode: 0o600 });
    const secretly = ['--secret-env-file', file, '--secret-env', `DSN=${secret('exec-option')}`];
    const inside = (await ok('exec', ...secretly, 'box', 'env')).split('\n');
    assert.ok(inside.includes(`CONTACT=${secret('file')}`));
    assert.ok(inside.includes(`DSN=${secret('exec-option')}`));
    await clean('exec', ...secretly, '-e', 'FAIL_WITH=CONTACT', 'box', 'true');
    await clean('exec', ...secretly, '-e', 'FAIL_WITH=DSN', 'box', 'true');
    await clean('exec', '-e', 'FAIL_WITH=CONNECTION', 'box', 'true');
    await ok('exec', '-e', `EXEC_TOKEN=${secret('exec')}`, 'box', 'true');
    await clean('exec', '-e', `EXEC_TOKEN=${secret('exec')}`, '-e', 'FAIL_EXEC=1', 'box', 'true');
    const outputs = async () => {
      const table = await clean('explain', 'box');
      assert.match(table, /process\.env\.CONNECTION +\*{8} +request/);
      assert.match(table, /secrets\["process\.env\.DSN"\] +true +vault/);
      await clean('explain', 'box', '--format', 'json');
      await clean('explain', 'box', '--field', 'process.env.DB_PASSWORD', '--format', 'json');
      await clean('explain', 'box', '--field', 'process', '--format', 'json');
      assert.match(await clean('effects', 'ls', 'box'), /log in with \*{8}/);
      await clean('ops');
      const stored = JSON.stringify(await daemon.it.client.pouch.storedPlan('box'));
      assert.ok(!stored.includes(planted), stored);
    };
    await outputs();
    assert.match(await ok('explain', 'box'), /exec\.env\.EXEC_TOKEN +\*{8} +vault/);
    await daemon.it.kill9();
    await daemon.it.start();
    await outputs();
    await ok('rm', '-f', 'box');
  });

  for (const where of ['preCreate', 'effect', 'prestart', 'spec', 'poststart'])
    it(`are not in the error, log and events of a plugin that fails with them (${where})`, async () => {
      const args = [...options, '-e', `FAIL_AT=${where}`, 'busybox', 'true'];
      await eventsAreClean(async () => {
        const printed = await clean('run', '--rm', ...args);
        if (!['spec', 'poststart'].includes(where)) assert.match(printed, /\*{8}/);
        await clean('run', '--rm', '-t', ...args);
        const created = await clean('create', '--name', 'failing', ...args);
        if (where === 'spec') assert.match(created, /cannot log in with \*{8} and \*{8}/);
        await clean('start', 'failing');
        await clean('rm', '-f', 'failing');
      });
      if (where !== 'effect') await clean('plan', 'run', ...args);
    });

  it('are not in the error of a run that the runtime refuses', async () => {
    await clean('run', '--rm', ...options, 'busybox', 'no-such-command');
    await clean('run', '--rm', ...options, '-w', '/etc/passwd', 'busybox', 'true');
  });

  it('follow `secrets.names` at a reload, also in containers that exist', async () => {
    const own = (names: string) => `${config(secret('config'))}secrets: { names: [${names}] }\n`;
    await daemon.it.configure(own('password'));
    await daemon.it.reload(/configuration reloaded/);
    const env = ['-e', 'DB_PASSWORD=not-yet-a-secret', '-e', 'FAIL_AT=prestart'];
    assert.match(await ok('plan', 'run', ...env, 'busybox', 'true'), /Would fail:\n {2}none/);
    await ok('create', '--name', 'earlier', '-e', 'LATER=not-yet-a-secret', ...env, 'busybox', 'true');
    await daemon.it.configure(own('password, LATER'));
    await daemon.it.reload(/configuration reloaded/);
    assert.match(await clean('start', 'earlier'), /cannot log in with \*{8} and \*{8}/);
    assert.match(await ok('explain', 'earlier'), /process\.env\.LATER +\*{8}/);
    await ok('rm', 'earlier');
    await daemon.it.configure(config(secret('config')));
    await daemon.it.reload(/configuration reloaded/);
  });

  it('are not in `info` and warnings for a plugin that does not load', async () => {
    await writeFile(pluginFile(), broken);
    const from = (await daemon.it.log()).length;
    await daemon.it.configure(config(secret('start')));
    await daemon.it.kill9();
    await daemon.it.start();
    assert.match(await clean('info'), /cannot log in with \*{8}/);
    assert.match(await clean('create', '--name', 'without', 'busybox'), /cannot log in with \*{8}/);
    await clean('inspect', 'without');
    await clean('rm', 'without');
    assert.match((await daemon.it.log()).slice(from), /cannot log in with \*{8}/);
  });
});
