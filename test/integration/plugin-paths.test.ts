import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');
const languages = { python: 'intruder.py', shell: 'intruder.sh', typescript: 'plugins/intruder.ts' };
type Language = keyof typeof languages;
type Probe = readonly [action: string, path: string];

describe('the files of a plugin in a process', function () {
  this.timeout(120_000);
  this.slow(30_000);
  const daemon = useDaemon();
  /** Beside the plugins, with mode 0777 and 0666: the rights of the user of the plugin are not what protects it. */
  let outside = '';
  let readable = '';
  let writable = '';
  const files = {} as Record<Language, string>;

  before(async () => {
    const at = (name: string) => join(daemon.it.dir, name);
    [outside, readable, writable] = [at('outside'), at('granted/read'), at('granted/write')];
    await mkdir(at('granted'), { mode: 0o755 });
    for (const path of [outside, readable, writable]) {
      await mkdir(path);
      await chmod(path, 0o777);
      await writeFile(join(path, 'file'), 'secret');
      await chmod(join(path, 'file'), 0o666);
    }
    await symlink(outside, join(readable, 'link'));
    await symlink(outside, at('link'));
    for (const [language, file] of Object.entries(languages) as [Language, string][]) {
      const folder = at(`plugin-${language}`);
      await mkdir(folder, { mode: 0o755 });
      files[language] = join(folder, language === 'typescript' ? 'intruder.ts' : 'intruder');
      const text = await readFile(join(support, file), 'utf8');
      await writeFile(files[language], text, { mode: 0o755 });
    }
  });

  async function use(grants: string, env = ''): Promise<void> {
    const entries = Object.values(files).map(
      (path) => `  - { path: ${path}, grants: { ${grants} }${path === files.python ? env : ''} }\n`,
    );
    await daemon.it.configure(`plugins:\n${entries.join('')}`);
    await daemon.it.reload(/configuration reloaded/);
  }

  async function useOnly(language: Language, rest: string): Promise<void> {
    await daemon.it.configure(`plugins: [{ path: ${files[language]}, ${rest} }]\n`);
  }

  /** What each probe finds; of an error only that it is one. */
  async function found(...probes: readonly Probe[]): Promise<unknown[]> {
    const id = await daemon.ok('create', '--label', `probe=${JSON.stringify(probes)}`, 'busybox');
    const labels = (await daemon.it.inspect(id))!.Config.Labels!;
    await daemon.ok('rm', id);
    const results = JSON.parse(labels['found']!) as unknown[];
    return results.map((one) => (typeof one === 'string' && one.trimEnd().endsWith('Error') ? 'Error' : one));
  }

  for (const language of Object.keys(languages) as Language[])
    describe(`in ${language}`, () => {
      before(async () => {
        await useOnly(language, `grants: { paths: { read: [${readable}], write: [${writable}] } }`);
        await daemon.it.reload(/configuration reloaded/);
      });

      it('are read and written where its entry grants it', async () => {
        const probes = [
          ['read', join(readable, 'file')],
          ['read', join(writable, 'file')],
          ['write', join(writable, 'new')],
        ] as const;
        assert.deepEqual(
          (await found(...probes)).map((one) => String(one).trim()),
          ['secret', 'secret', 'written'],
        );
        assert.equal((await readFile(join(writable, 'new'), 'utf8')).trim(), 'written');
        await rm(join(writable, 'new'));
      });

      it('are not written where it may only read, nor its own and those of the system', async () => {
        const paths = [
          join(readable, 'file'),
          join(readable, 'new'),
          files[language],
          '/usr/x',
          '/etc/x',
          '/x',
        ];
        assert.deepEqual(
          await found(...paths.map((path) => ['write', path] as const)),
          paths.map(() => 'Error'),
        );
        assert.equal(await readFile(join(readable, 'file'), 'utf8'), 'secret');
      });

      it('are neither read nor written elsewhere, by `..`, by a link, by /proc, or as files of pouchd', async () => {
        const paths = [
          join(outside, 'file'),
          `${readable}/../../outside/file`,
          join(readable, 'link/file'),
          join(daemon.it.dir, 'link/file'),
          `/proc/1/root${outside}/file`,
          `/proc/1/cwd${outside}/file`,
          '/etc/shadow',
          join(daemon.it.dir, 'pouchd.yaml'),
        ];
        const probes = ['read', 'write'].flatMap((action) => paths.map((path) => [action, path] as const));
        assert.deepEqual(
          await found(...probes),
          probes.map(() => 'Error'),
        );
        assert.equal(await readFile(join(outside, 'file'), 'utf8'), 'secret');
      });

      it('are not listed: pouchd’s own directories, homes and sockets', async () => {
        const { root, state } = daemon.it;
        const probes = [root, state, '/root', '/home', '/run', '/sys'].map((path) => ['list', path] as const);
        assert.deepEqual(
          await found(...probes),
          probes.map(() => 'Error'),
        );
      });

      it('in /tmp are its own', async () => {
        const path = `/tmp/of-${language}`;
        assert.equal(String((await found(['write', path]))[0]).trim(), 'written');
        await assert.rejects(stat(path), { code: 'ENOENT' });
      });
    });

  it('are seen side by side by plugins with other grants', async () => {
    await use(`paths: { read: [${readable}] }`);
    const { plugins } = await daemon.it.client.pouch.info();
    assert.deepEqual(
      plugins.filter(({ source }) => Object.values(files).includes(source)).map(({ error }) => error),
      [undefined, undefined, undefined],
    );
  });

  it('of pouchd are hidden below a granted directory too', async () => {
    const { dir, root, state } = daemon.it;
    await useOnly('python', `grants: { paths: { read: [${dir}] } }`);
    await daemon.it.reload(/configuration reloaded/);
    const config = join(dir, 'pouchd.yaml');
    const seen = await found(
      ['list', root],
      ['list', state],
      ['connect', daemon.it.host.replace('unix://', '')],
      ['read', config],
    );
    assert.deepEqual(seen, ['Error', 'Error', 'Error', 'Error']);
    assert.deepEqual(await found(['read', join(outside, 'file')]), ['secret']);
  });

  it('are those of the host, with the rights of root, for `user: root`', async () => {
    await useOnly('python', 'user: root');
    await daemon.it.reload(/configuration reloaded/);
    assert.deepEqual(await found(['read', join(outside, 'file')]), ['secret']);
  });

  it('that a plugin wants and its entry does not grant keep it from being loaded', async () => {
    const wants = { paths: { read: [join(readable, 'file')], write: [writable] } };
    const env = `env: { WANTS: '${JSON.stringify(['network', wants])}' }`;
    await useOnly('python', `${env}, grants: { network: true, paths: { read: [${readable}] } }`);
    const { stdout, exitCode } = await daemon.it.pouchd('--check-config');
    assert.equal(exitCode, 1);
    const sentence = `plugin intruder-python wants to write ${writable}, which its entry does not grant`;
    assert.ok(stdout.includes(sentence), stdout);
    assert.ok(stdout.includes(`write \`grants: { paths: { write: [${writable}] } }\``), stdout);
    // As `pouch plugin validate` does.
    const validated = await daemon.it.pouchd('--check-plugin', files.python);
    assert.equal(validated.exitCode, 1);
    assert.ok(validated.stdout.includes(sentence), validated.stdout);
    await useOnly(
      'python',
      `${env}, grants: { network: true, paths: { write: [${join(daemon.it.dir, 'granted')}] } }`,
    );
    await daemon.it.reload(/configuration reloaded/);
    assert.equal((await daemon.it.pouchd('--check-plugin', files.python)).exitCode, 0);
  });

  it('that are granted are shown by `plugin inspect`', async () => {
    const granted = { network: true, paths: { write: [join(daemon.it.dir, 'granted')] } };
    const shown = await daemon.ok('plugin', 'inspect', 'intruder-python', '--format', '{{json .grants}}');
    assert.deepEqual(JSON.parse(shown), granted);
  });

  describe('in an entry that is not valid', () => {
    for (const [what, pathOf, expected] of [
      [
        'a path that does not exist',
        () => join(readable, 'none'),
        /paths: expected a path that exists, found .*none \(ENOENT\)/,
      ],
      [
        'a link',
        () => join(daemon.it.dir, 'link'),
        /paths: expected a path without symbolic links, .*: .*link is one to .*outside/,
      ],
      ['a path through a link', () => join(readable, 'link/file'), /without symbolic links/],
      [
        'a path of pouchd',
        () => join(daemon.it.root, 'containers'),
        /expected a path that is not pouchd's own, found .*containers/,
      ],
      [
        'a relative path',
        () => 'etc/corp',
        /expected an absolute path such as \/etc\/corp, found "?etc\/corp/,
      ],
      ['a path with `..`', () => `${readable}/../write`, /without `\.`, `\.\.`/],
      ['the root', () => '/', /name the directories below it/],
      ['/proc', () => '/proc/1', /has a \/proc of its own/],
    ] as const)
      it(what, async () => {
        await useOnly('python', `grants: { paths: { write: ['${pathOf()}'] } }`);
        const { stdout, stderr, exitCode } = await daemon.it.pouchd('--check-config');
        assert.equal(exitCode, 1);
        assert.match(`${stdout}${stderr}`, expected);
        assert.match(`${stdout}${stderr}`, /pouchd\.yaml:\d+/);
      });
    after(() => daemon.it.configure(''));
  });
});
