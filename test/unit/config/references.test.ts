import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedConfig, type LoadOptions, printConfig } from '../../../config/index.ts';
import { unreadProblem } from '../../../hooks/unread.ts';
import { errorOf, loadConfig } from './fixture.ts';

const password = 'opens every door';

describe('references in a configuration', () => {
  let directory: string;
  let secret: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-config-'));
    secret = join(directory, 'secret');
    writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function load(yaml: string, options: Pick<LoadOptions, 'isLenient'> = {}): LoadedConfig {
    const file = join(directory, 'pouchd.yaml');
    writeFileSync(file, `apiVersion: pouch/v1\n${yaml}`);
    return loadConfig({ file, env: { SITE: 'north' }, ...options });
  }

  /** Without the directory. */
  function problemOf(yaml: string): string {
    return errorOf(() => load(yaml)).message.replaceAll(`${directory}/`, '');
  }

  /** Declares a variable. */
  const variable = (value: string) => `containers:\n  web:\n    env: { A: '${value}' }\n`;
  const valueIn = ({ config }: LoadedConfig) => (config.containers['web']?.['env'] as { A: string }).A;

  it('have the values of variables, and of files without their last line break', () => {
    assert.equal(valueIn(load(variable('${env:SITE}-1'))), 'north-1');
    assert.equal(valueIn(load(variable(`a:\${file:${secret}}`))), `a:${password}`);
    writeFileSync(secret, 'two\nlines\r\n');
    assert.equal(valueIn(load(variable(`\${file:${secret}}`))), 'two\nlines');
  });

  it('are taken in lists, in options of plugins, and in files of conf.d', () => {
    const { config } = load(
      `volumes: { data: { label: ['site=\${env:SITE}'] } }\nplugins: [{ name: lxcfs, options: { a: ['\${env:SITE}'] } }]\n`,
    );
    assert.deepEqual(config.volumes, { data: { label: ['site=north'] } });
    assert.deepEqual(config.plugins[0]?.options, { a: ['north'] });
  });

  it('are taken in credentials of registries, which are not shown', () => {
    const loaded = load(
      `registries:\n  credentials:\n    r.example: { username: '\${env:SITE}', password: '\${file:${secret}}' }\n    q.example: { username: me, password: ${password} }\n`,
    );
    assert.deepEqual(loaded.config.registries.credentials, {
      'r.example': { username: 'north', password },
      'q.example': { username: 'me', password },
    });
    const printed = printConfig(loaded);
    assert.match(printed, /username: \$\{env:SITE\}/);
    assert.match(printed, /password: \$\{file:.*secret\}/);
    assert.doesNotMatch(printed, new RegExp(password));
  });

  it('are not taken in other settings', () =>
    assert.match(
      problemOf('stopTimeout: ${env:SITE}\n'),
      /stopTimeout: expected .*, found "\$\{env:SITE\}"/,
    ));

  it('are literal after another $', () =>
    assert.equal(valueIn(load(variable('echo $${HOME} $HOME'))), 'echo ${HOME} $HOME'));

  const refusals: readonly (readonly [what: string, value: string, problem: string])[] = [
    [
      'a missing variable',
      '${env:NONE}',
      'expected a variable of pouchd, found no variable NONE (set it in the environment of pouchd, such as by Environment= in its unit)',
    ],
    ['a missing file', '${file:DIR/none}', 'expected a readable file, found none: no such file'],
    ['a directory', '${file:DIR/.}', 'expected a regular file, found ., which is of another type'],
    ...['${file:secret}', '${vault:a}', '${HOME}', '${env:}', '${'].map(
      (value) =>
        [
          `the text ${value}`,
          value,
          `expected \${env:NAME} or \${file:/ABSOLUTE/PATH}, found ${value} (write $\${ for a literal \${)`,
        ] as const,
    ),
  ];
  for (const [what, value, problem] of refusals)
    it(`are refused for ${what}, with file, line and column`, () =>
      assert.equal(
        problemOf(variable(value.replace('DIR', directory))),
        `pouchd.yaml:4:15: containers.web.env.A: ${problem}`,
      ));

  it('with mistakes concern their object alone where the load is lenient, as at a start', () => {
    const declared = `profiles:\n  big: { label: { a: '\${env:NONE}', b: '\${env:NONE}' } }\n${variable('${file:/none}')}  db: { env: { A: '\${env:SITE}' } }\nvolumes: { data: }\n`;
    const { config } = load(declared, { isLenient: true });
    const problems = [config.profiles['big'], config.containers['web']].map((words) =>
      unreadProblem(words ?? {}),
    );
    assert.match(
      problems[0]!,
      /pouchd\.yaml:3:22: profiles\.big\.label\.a: expected .*; .*profiles\.big\.label\.b: /,
    );
    assert.match(
      problems[1]!,
      /pouchd\.yaml:6:15: containers\.web\.env\.A: expected a readable file, found \/none/,
    );
    assert.deepEqual(config.containers['db'], { env: { A: 'north' } });
    assert.deepEqual(config.volumes, { data: {} });
    assert.match(problemOf(declared), /profiles\.big\.label\.a/);
  });

  it('with mistakes concern their plugin or credentials alone where the load is lenient', () => {
    const settings = [
      'plugins:',
      "  - { path: ./a.ts, options: { a: '${env:NONE}' } }",
      "  - { name: metrics, options: { b: '${env:SITE}' } }",
      'registries:',
      '  credentials:',
      "    one.example: { username: me, password: '${file:/none}' }",
      "    two.example: { username: me, password: '${env:SITE}' }",
      '',
    ].join('\n');
    const { config, unread } = load(settings, { isLenient: true });
    const [first, second] = config.plugins.map(({ options }) => options as Record<string, unknown>);
    assert.match(unreadProblem(first!)!, /pouchd\.yaml:3:35: plugins\[0\]\.options\.a: expected a variable/);
    assert.deepEqual(second, { b: 'north' });
    assert.deepEqual(Object.keys(config.registries.credentials), ['two.example']);
    assert.match(
      unread.join(),
      /^\S+pouchd\.yaml:7:44: registries\.credentials\S+\.password: expected a readable file, found \/none/,
    );
    assert.deepEqual(load(settings.replace('/none', secret).replace('NONE', 'SITE')).unread, []);
    const { problems } = errorOf(() => load(settings));
    assert.deepEqual([...new Set(problems.map(({ line }) => line))], [3, 7]);
    const builtIn = "plugins: [{ name: engine-api, options: { a: '${env:NONE}' } }]\n";
    assert.throws(() => load(builtIn, { isLenient: true }), /plugins\[0\]\.options\.a: expected/);
  });

  it('may be in a plugin that has an option named unread', () => {
    const { config } = load('plugins: [{ name: metrics, options: { unread: all } }]\n', { isLenient: true });
    assert.equal(unreadProblem(config.plugins[0]!.options), undefined);
  });

  it('are refused for a file that others can read, until it is root’s alone', () => {
    for (const mode of [0o644, 0o640, 0o604]) {
      chmodSync(secret, mode);
      assert.equal(
        problemOf(variable(`\${file:${secret}}`)),
        `pouchd.yaml:4:15: containers.web.env.A: expected a file that only root can read, found secret with mode 0${mode.toString(8)} (chmod 600 secret)`,
      );
    }
    chmodSync(secret, 0o400);
    chownSync(secret, 65534, 0);
    assert.match(problemOf(variable(`\${file:${secret}}`)), /expected a file that root owns, found secret/);
    chownSync(secret, 0, 0);
    assert.equal(valueIn(load(variable(`\${file:${secret}}`))), password);
  });

  it('are refused for a large file, one that is not text, and a FIFO, which is not waited for', () => {
    writeFileSync(secret, Buffer.alloc(64 * 1024, 'a'));
    assert.equal(valueIn(load(variable(`\${file:${secret}}`))).length, 64 * 1024);
    writeFileSync(secret, Buffer.alloc(64 * 1024 + 1, 'a'));
    assert.match(problemOf(variable(`\${file:${secret}}`)), /expected at most 65536 bytes/);
    writeFileSync(secret, Buffer.from([0xff, 0xfe]));
    assert.match(problemOf(variable(`\${file:${secret}}`)), /expected UTF-8 text/);
    rmSync(secret);
    execFileSync('mkfifo', ['-m', '600', secret]);
    assert.match(problemOf(variable(`\${file:${secret}}`)), /expected a regular file/);
  });

  it('are printed in the place of their values, which load again', () => {
    const yaml = `containers:
  web:
    env: { A: '\${file:${secret}}', B: '$\${HOME}', C: '\${env:SITE}' }
    secret-env: { TOKEN: '\${file:${secret}}', OTHER: plain-secret }
    label: ['password=\${file:${secret}}']
plugins:
  - name: lxcfs
    options: { token: '\${file:${secret}}', apiKey: 'x\${file:${secret}}' }
`;
    const loaded = load(yaml);
    for (const format of ['yaml', 'json'] as const) {
      const printed = printConfig(loaded, format);
      assert.doesNotMatch(printed, new RegExp(`${password}|plain-secret`));
      assert.equal(printed.split(`\${file:${secret}}`).length - 1, 4);
      assert.match(printed, /\$\$\{HOME\}/);
      assert.match(printed, /\$\{env:SITE\}/);
      assert.match(printed, /apiKey"?: "?\*{8}/);
    }
    assert.equal(valueIn(load(printConfig(loaded).replace(/^apiVersion.*$/m, ''))), password);
  });
});
