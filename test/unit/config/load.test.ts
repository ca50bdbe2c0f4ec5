import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { formatOrigin } from '../../../config/index.ts';
import { readConfigFile } from '../../../config/source/file.ts';
import { load, loadConfig, withConfigFile } from './fixture.ts';

describe('loadConfig', () => {
  it('without a file has every default, decoded', () => {
    const { config, file } = withoutFile();
    assert.equal(file, undefined);
    assert.equal(config.root, '/var/lib/pouch');
    assert.equal(config.runtime.default, 'runc');
    assert.equal(config.stopTimeout, 10_000);
    assert.equal(config.containerLogs.maxSize, 64 * 1024 * 1024);
    assert.deepEqual(config.network.binDir, ['/usr/lib/cni', '/opt/cni/bin']);
    assert.deepEqual(config.plugins, []);
  });

  it('needs no default file', () => {
    assert.equal(readConfigFile(undefined, '/nonexistent/pouchd.yaml'), undefined);
  });

  it('accepts an empty file and one with only comments', () => {
    for (const text of ['', '# nothing\n', '---\n', '{}\n']) {
      const { config } = withConfigFile(text, (file) => loadConfig({ file }));
      assert.deepEqual(config, withoutFile().config);
    }
  });

  it('treats groups, lists and maps whose entries are commented out as unset', () => {
    const { config } = load('network:\nlisten:\nplugins:\ndefaultUlimits:\nregistries:\n  mirrors:\n');
    assert.deepEqual(config, withoutFile().config);
  });

  it('accepts a byte order mark and Windows line ends', () => {
    const { config } = withConfigFile('\ufeffapiVersion: pouch/v1\r\nstopTimeout: 5s\r\n', (file) =>
      loadConfig({ file }),
    );
    assert.equal(config.stopTimeout, 5000);
  });

  it('decodes every kind of value', () => {
    const { config } = load(`
root: /srv//pouch/
socketGroup: 998
listen: [{ address: 'tcp://[::1]:2375', tokenFile: /etc/pouch/token }]
stopTimeout: 1m30s
containerLogs: { maxSize: 0 }
registries: { mirrors: { docker.io: [https://a.example/, http://b.example] } }
defaultUlimits: { nofile: 1024:4096, core: -1 }
`);
    assert.equal(config.root, '/srv/pouch');
    assert.equal(config.socketGroup, '998');
    assert.deepEqual(config.listen, [
      { kind: 'tcp', url: 'tcp://[::1]:2375', host: '::1', port: 2375, tokenFile: '/etc/pouch/token' },
    ]);
    assert.equal(config.stopTimeout, 90_000);
    assert.equal(config.containerLogs.maxSize, 0);
    assert.deepEqual(config.registries.mirrors, { 'docker.io': ['https://a.example', 'http://b.example'] });
    assert.deepEqual(config.defaultUlimits, {
      nofile: { soft: 1024, hard: 4096 },
      core: { soft: -1, hard: -1 },
    });
  });

  it('accepts null where it is a value', () => {
    assert.equal(load('socketGroup: null').config.socketGroup, null);
  });

  it("keeps YAML's types of plugin options, and resolves paths from the directory of the file", () => {
    const { config, file = '' } = load(`
plugins:
  - path: sub/./a.ts
    options: { count: 3, ratio: 0.5, on: true, none: null, text: '3', list: [1, { a: b }], 7: seven }
    onError: retry(2)
    timeout: 250ms
  - { path: /opt/b.ts, enabled: false }
  - name: network-cni
`);
    const options = {
      count: 3,
      ratio: 0.5,
      on: true,
      none: null,
      text: '3',
      list: [1, { a: 'b' }],
      7: 'seven',
    };
    assert.deepEqual(config.plugins, [
      { path: `${dirname(file)}/sub/a.ts`, enabled: true, options, onError: { retry: 2 }, timeout: 250 },
      { path: '/opt/b.ts', enabled: false, options: {} },
      { name: 'network-cni', enabled: true, options: {} },
    ]);
  });

  it('reads the file in POUCHD_CONFIG unless one is given', () => {
    withConfigFile('apiVersion: pouch/v1\nstopTimeout: 5s\n', (file) => {
      const env = { POUCHD_CONFIG: file };
      assert.equal(loadConfig({ env }).config.stopTimeout, 5000);
      assert.deepEqual(loadConfig({ env }).warnings, []);
      withConfigFile('', (other) =>
        assert.equal(loadConfig({ file: other, env }).config.stopTimeout, 10_000),
      );
    });
  });
});

describe('precedence', () => {
  const file = 'log: { level: debug }\nnetwork: { mtu: 1400 }\ncontainerLogs: { maxFile: 7 }';
  const env = { POUCHD_LOG_LEVEL: 'warn', POUCHD_NETWORK_MTU: '1300' };
  const loaded = load(file, { env, flags: { logLevel: 'error', root: undefined } });

  const rows: readonly (readonly [path: string, value: unknown, origin: string])[] = [
    ['log.level', 'error', '--log-level'],
    ['network.mtu', 1300, 'POUCHD_NETWORK_MTU'],
    ['containerLogs.maxFile', 7, `${loaded.file}:3`],
    ['log.format', 'text', 'default'],
    ['root', '/var/lib/pouch', 'default'],
  ];
  for (const [path, value, origin] of rows) {
    it(`${path} comes from ${origin.replace(/.*\//, '')}`, () => {
      const actual = path
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], loaded.config);
      assert.equal(actual, value);
      assert.equal(formatOrigin(loaded.originOf(path)), origin);
    });
  }

  it('an empty variable counts as unset', () => {
    assert.equal(load('', { env: { POUCHD_LOG_LEVEL: '' } }).config.log.level, 'info');
  });

  it('a list in a variable or flag is comma-separated; a flag may be an array too', () => {
    assert.deepEqual(load('', { env: { POUCHD_NETWORK_DNS: '192.0.2.1, 192.0.2.2' } }).config.network.dns, [
      '192.0.2.1',
      '192.0.2.2',
    ]);
    for (const listen of ['unix:///a,unix:///b', ['unix:///a', 'unix:///b']]) {
      assert.deepEqual(
        load('', { flags: { listen } }).config.listen.map(({ url }) => url),
        ['unix:///a', 'unix:///b'],
      );
    }
  });

  it('a flag is named with dashes, in camel case, or by the path of its setting', () => {
    for (const name of ['log-level', 'logLevel', 'log.level']) {
      assert.equal(load('', { flags: { [name]: 'warn' } }).config.log.level, 'warn');
    }
  });

  it('a flag may be a number or a boolean', () => {
    const { config, originOf } = load('', { flags: { 'network.mtu': 1400, 'network.ipMasq': false } });
    assert.deepEqual([config.network.mtu, config.network.ipMasq], [1400, false]);
    assert.equal(formatOrigin(originOf('network.mtu')), '--set network.mtu');
  });

  it('an unknown variable causes a warning with the likely name', () => {
    const { warnings } = load('', { env: { POUCHD_LOG_LEVL: 'x', POUCHD_PLUGINS: '[]', POUCH_HOST: 'x' } });
    assert.deepEqual(warnings, [
      'unknown environment variable POUCHD_LOG_LEVL has no effect; did you mean POUCHD_LOG_LEVEL?',
      'unknown environment variable POUCHD_PLUGINS has no effect',
    ]);
  });

  it('an insecure TCP address causes a warning, because every local user can connect', () => {
    const { warnings } = load('listen: [{ address: "tcp://127.0.0.1:2375", insecure: true }]');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^listen tcp:\/\/127\.0\.0\.1:2375 is insecure: every local user/);
  });

  it('calls do not affect each other', () => {
    load('', { env: { POUCHD_LOG_LEVEL: 'warn' }, flags: { root: '/srv' } });
    const { config } = load('');
    assert.deepEqual([config.log.level, config.root], ['info', '/var/lib/pouch']);
  });
});

describe('a location in the file', () => {
  const { lineOf, originOf, file } = load(`root: /srv
plugins:
  - name: a
    options:
      entries:
        db.corp.example: 192.0.2.7
        7: seven
      list: [x, y]
  - name: b
registries:
  mirrors:
    docker.io:
      - https://m.example`);

  const rows: readonly (readonly [
    path: string | readonly (string | number)[],
    line: number,
    column: number,
  ])[] = [
    ['root', 1, 7],
    ['plugins', 2, 1],
    ['plugins[0]', 3, 5],
    ['plugins[0].options', 4, 5],
    ['plugins[0].options.entries["db.corp.example"]', 6, 26],
    ['/plugins/0/options/entries/db.corp.example', 6, 26],
    [['plugins', 0, 'options', 'entries', 'db.corp.example'], 6, 26],
    ['/plugins/0/options/entries/7', 7, 12],
    ['/plugins/0/options/list/1', 8, 17],
    ['/plugins/0/options/missing/deeper', 4, 5],
    ['plugins[1].options', 9, 5],
    ['registries.mirrors["docker.io"][0]', 13, 9],
  ];
  for (const [path, line, column] of rows) {
    it(`of ${JSON.stringify(path)} is ${line}:${column}`, () => {
      assert.deepEqual(lineOf(path), { file, line, column });
    });
  }

  it('is undefined for a value that is not in it', () => {
    assert.equal(lineOf('state'), undefined);
    assert.equal(withoutFile().lineOf('root'), undefined);
  });

  it('is also the origin of a part of a setting', () => {
    assert.deepEqual(originOf('plugins[0].options.list[1]'), { kind: 'file', file, line: 8, column: 17 });
    assert.throws(() => originOf('no.such'), /no setting no\.such/);
  });
});

/** The default file may exist on the host that runs the tests. */
function withoutFile() {
  const { config, originOf, warnings, lineOf } = withConfigFile('', (file) => loadConfig({ file }));
  return { config, originOf, warnings, lineOf, file: undefined };
}
