import assert from 'node:assert/strict';
import { checkConfig, printConfig, settingPaths } from '../../../config/index.ts';
import { load, loadConfig, withConfigFile } from './fixture.ts';

const lines = `root: /srv/pouch
state: /run/second
stopTimeout: 90s
socketGroup: pouch
registries:
  mirrors:
    docker.io: [https://m.example]
defaultUlimits: { nofile: 1024:4096 }
plugins:
  - options: { entries: { db: 192.0.2.7 }, apiKey: hunter2, db: { Password: hunter2 }, tokens: [hunter2], env: [DB_PASSWORD=hunter2, TZ=UTC] }
    path: ./a.ts
    onError: retry(2)`;
const overrides = { env: { POUCHD_NETWORK_MTU: '1400' }, flags: { logLevel: 'warn' } };

describe('--print-config', () => {
  const loaded = load(lines, overrides);
  const text = printConfig(loaded);

  const wanted: readonly RegExp[] = [
    /^root: \/srv\/pouch +# \/.*\/pouchd\.yaml:1$/m,
    /^stopTimeout: 1m30s +# \/.*:3$/m,
    /^ {2}bridge: pouch-[0-9a-f]{4} +# derived from state$/m,
    /^ {2}mtu: 1400 +# POUCHD_NETWORK_MTU$/m,
    /^ {2}level: warn +# --log-level$/m,
    /^ {2}format: text +# default$/m,
    /^ {2}binDir: \[ \/usr\/lib\/cni, \/opt\/cni\/bin \] +# default$/m,
    /^ {2}mirrors:\n {4}# \/.*:6\n {4}docker\.io:\n/m,
  ];
  for (const line of wanted) it(`prints ${line.source}`, () => assert.match(text, line));

  it('prints every setting with its origin', () => {
    const origins = text.split('\n').filter((line) => / # /.test(line));
    assert.equal(origins.length, settingPaths.length);
  });

  it('hides plugin options with names of secrets, in both formats', () => {
    for (const printed of [text, printConfig(loaded, 'json')]) {
      assert.doesNotMatch(printed, /hunter2/);
      assert.equal(printed.match(/\*{8}/g)?.length, 4);
    }
  });

  it('prints a file that loads to the same configuration', () => {
    const original = load(lines.replace(/, apiKey.*}/, ' }'), overrides).config;
    const printed = printConfig({ ...loaded, config: original });
    assert.deepEqual(withConfigFile(printed, (file) => loadConfig({ file })).config, original);
    const defaults = load('').config;
    assert.deepEqual(withConfigFile(printConfig(load('')), (file) => loadConfig({ file })).config, defaults);
  });

  it('prints JSON with the file, the written values, the origins and the warnings', () => {
    const json = JSON.parse(
      printConfig(load(lines, { ...overrides, env: { POUCHD_X: '1' } }), 'json'),
    ) as Record<string, unknown>;
    const { file, config, origins, warnings } = json as {
      file: string;
      config: { stopTimeout: string; listen: string[]; plugins: { onError: string }[] };
      origins: Record<string, string>;
      warnings: string[];
    };
    assert.match(file, /pouchd\.yaml$/);
    assert.equal(config.stopTimeout, '1m30s');
    assert.deepEqual(config.listen, ['unix:///run/second/pouchd.sock']);
    assert.equal(config.plugins[0]?.onError, 'retry(2)');
    assert.deepEqual(Object.keys(origins), settingPaths);
    assert.equal(origins.listen, 'derived from state');
    assert.equal(warnings.length, 1);
  });
});

describe('--check-config', () => {
  it('prints OK with the file and the warnings, and exits with 0', () => {
    withConfigFile('apiVersion: pouch/v1\n', (file) => {
      assert.deepEqual(checkConfig({ file }), { exitCode: 0, output: `OK: ${file}\n` });
      const { exitCode, output } = checkConfig({ file, env: { POUCHD_X: '1' } });
      assert.equal(exitCode, 0);
      assert.match(output, /\nwarning: unknown environment variable POUCHD_X has no effect\n/);
    });
  });

  it('prints every problem, their number and a hint, and exits with 1', () => {
    withConfigFile('root: x\nstate: y\n', (file) => {
      const { exitCode, output } = checkConfig({ file });
      assert.equal(exitCode, 1);
      const problems = output.split('\n').filter((line) => line.startsWith(`${file}:`));
      assert.equal(problems.length, 3);
      assert.match(output, /\n\n3 problems\nhint: fix these problems/);
    });
  });
});
