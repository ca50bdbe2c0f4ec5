import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { envName, jsonSchema, settingPaths, settings } from '../../../config/index.ts';
import { toRaw } from '../../../config/SettingStore.ts';
import { decode } from './formats/decode.ts';
import { load, loadConfig } from './fixture.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const example = `${project}config/pouchd.example.yaml`;

describe('the schema', () => {
  for (const path of settingPaths) {
    const { default: fallback, example: shown, format, doc, since, derived, nullable } = settings[path];

    it(`${path} has a valid default and example`, () => {
      if (fallback !== null) assert.deepEqual(decode(format, toRaw(fallback)).issues, []);
      else assert.ok(derived ?? nullable, 'no default, but neither derived nor nullable');
      if (shown !== undefined) assert.deepEqual(decode(format, toRaw(shown)).issues, []);
    });

    it(`${path} is documented`, () => {
      assert.match(doc, /^[A-Zc].*\.$/s);
      assert.match(since, /^\d+\.\d+\.\d+$/);
    });
  }

  it('has a unique variable and flag for each setting', () => {
    const names = settingPaths.map(envName).filter((name) => name !== undefined);
    assert.equal(new Set(names).size, names.length);
    const flags = settingPaths.map((path) => settings[path].flag).filter((flag) => flag !== undefined);
    assert.equal(new Set(flags).size, flags.length);
    assert.equal(envName('network.binDir'), 'POUCHD_NETWORK_BIN_DIR');
    assert.equal(envName('registries.insecureTls'), 'POUCHD_REGISTRIES_INSECURE_TLS');
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { ipv4: true, ipv6: true },
  }).compile(jsonSchema());
  const accepts = (yaml: string): boolean => validate(parse(yaml));

  it('accepts the example file', () => assert.ok(accepts(readFileSync(example, 'utf8'))));

  const good = [
    'network:',
    'plugins:',
    'socketGroup: null',
    'stopTimeout: 0',
    'stopTimeout: 1m30s',
    'containerLogs: { maxSize: 65536 }',
    'defaultUlimits: { nofile: 1024:-1, core: -1 }',
    'registries: { mirrors: { docker.io: [https://m.example] } }',
    'listen: [{ address: "tcp://127.0.0.1:2375", insecure: true }]',
    'listen: [{ address: "tcp://0.0.0.0:2376", tls: { cert: /c, key: /k, ca: /a } }]',
    'plugins: [{ name: a, options: { x: 1 }, timeout: 5s, onError: retry(3) }]',
    'plugins: [{ path: ./a, env: { A: b, C: 1 }, user: daemon, limits: { memory: 64m, cpus: 0.5, pids: 9 } }]',
  ];
  for (const lines of good) {
    it(`and the loader accept ${lines}`, () => {
      load(lines);
      assert.ok(accepts(`${lines}\napiVersion: pouch/v1`), JSON.stringify(validate.errors));
    });
  }

  const bad = [
    'rooot: /srv',
    'root: srv',
    'network: { mtuu: 1400 }',
    'network: { mtu: 70000 }',
    'network: { ipMasq: maybe }',
    'stopTimeout: 10',
    'stopTimeout: soon',
    'shmSize: big',
    'listen: []',
    'listen: unix:///a',
    'listen: ["tcp://127.0.0.1:2375"]',
    'listen: [{ address: "tcp://127.0.0.1:2375" }]',
    'listen: [{ address: "tcp://127.0.0.1:2375", insecure: false }]',
    'log: { level: loud }',
    'defaultUlimits: { nofiles: 1 }',
    'plugins: [{ name: a, path: b }]',
    'plugins: [{}]',
    'plugins: [{ path: ./a, limits: { cpu: 1 } }]',
    'plugins: [{ path: ./a, limits: { cpus: 0 } }]',
    'plugins: [{ path: ./a, user: a/b }]',
    'plugins: [{ name: a, onError: ignore }]',
  ];
  for (const lines of bad) {
    it(`and the loader reject ${lines}`, () => {
      assert.throws(() => load(lines));
      assert.ok(!accepts(`${lines}\napiVersion: pouch/v1`));
    });
  }

  it('requires the apiVersion', () => assert.ok(!accepts('root: /srv')));
});

describe('files generated from the schema', () => {
  it('are up to date', function () {
    this.timeout(20_000);
    execFileSync('node', ['--import', 'tsx', 'scripts/generateConfigDocs.ts', '--check'], {
      cwd: project,
      timeout: 20_000,
    });
  });

  it('match the example file, which loads without a warning', () => {
    assert.deepEqual(loadConfig({ file: example }).warnings, []);
  });

  it('document every setting', () => {
    const docs = readFileSync(`${project}docs/reference/configuration.md`, 'utf8');
    for (const path of settingPaths) assert.ok(docs.includes(`\n### \`${path}\`\n`), path);
  });
});
