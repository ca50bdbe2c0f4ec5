import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { formatOrigin, type LoadedConfig } from '../../../config/index.ts';
import { errorOf, loadConfig } from './fixture.ts';

describe('the files of a configuration', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pouch-config-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Writes files, each by its path below the directory, and loads pouchd.yaml. */
  function load(files: Record<string, string>): LoadedConfig {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return loadConfig({ file: join(directory, 'pouchd.yaml') });
  }

  /** `FILE:LINE` of a value, the file below the directory. */
  function originIn(loaded: LoadedConfig, path: string): string {
    return relative(directory, formatOrigin(loaded.originOf(path)));
  }

  function problemsOf(files: Record<string, string>): string[] {
    return errorOf(() => load(files))
      .message.replaceAll(`${directory}/`, '')
      .split('\n');
  }

  const main = 'apiVersion: pouch/v1\n';

  it('of conf.d are merged in the order of their names, each value with its file and line', () => {
    const loaded = load({
      'pouchd.yaml': `${main}stopTimeout: 1s\nlog:\n  level: debug\n`,
      'conf.d/20-b.yaml': 'log:\n  format: text\nstopTimeout: 3s\n',
      'conf.d/10-a.yml': 'stopTimeout: 2s\n',
      'conf.d/.30.yaml.swp': 'stopTimeout: 4s\n',
      'conf.d/README': 'no YAML',
    });
    assert.equal(loaded.config.stopTimeout, 3000);
    assert.deepEqual(loaded.config.log, { level: 'debug', format: 'text' });
    assert.equal(originIn(loaded, 'stopTimeout'), 'conf.d/20-b.yaml:3');
    assert.equal(originIn(loaded, 'log.level'), 'pouchd.yaml:4');
    assert.equal(originIn(loaded, 'log.format'), 'conf.d/20-b.yaml:2');
    assert.deepEqual(
      loaded.files.map((file) => relative(directory, file)),
      ['pouchd.yaml', 'conf.d/10-a.yml', 'conf.d/20-b.yaml'],
    );
  });

  it('add their plugins, whose paths are relative to their file', () => {
    const loaded = load({
      'pouchd.yaml': `${main}plugins:\n  - path: ./a.ts\n`,
      'conf.d/10.yaml': 'plugins:\n  - name: lxcfs\n  - path: ./b.ts\n    options: { a: 1 }\n',
    });
    assert.deepEqual(
      loaded.config.plugins.map(({ name, path }) => name ?? relative(directory, path ?? '')),
      ['a.ts', 'lxcfs', 'conf.d/b.ts'],
    );
    assert.equal(originIn(loaded, 'plugins[2].options.a'), 'conf.d/10.yaml:4');
    assert.equal(originIn(loaded, 'plugins[0]'), 'pouchd.yaml:3');
  });

  it('replace lists of earlier files', () => {
    const { config } = load({
      'pouchd.yaml': `${main}network:\n  dns: [192.0.2.1]\n`,
      'conf.d/10.yaml': 'network:\n  dns: [192.0.2.2]\n',
    });
    assert.deepEqual(config.network.dns, ['192.0.2.2']);
  });

  it('declare objects that are kept as written, numbers as their text', () => {
    const loaded = load({
      'pouchd.yaml': `${main}containers:\n  web:\n    image: nginx\n    cpus: 1.50\n    read-only: true\n    env: { A: 007 }\n`,
      'conf.d/10.yaml': 'containers:\n  db: { image: mariadb }\nvolumes:\n  data:\n',
    });
    assert.deepEqual(loaded.config.containers, {
      web: { image: 'nginx', cpus: '1.50', 'read-only': true, env: { A: '007' } },
      db: { image: 'mariadb' },
    });
    assert.deepEqual(loaded.config.volumes, { data: {} });
    assert.equal(originIn(loaded, 'containers.db.image'), 'conf.d/10.yaml:2');
    assert.equal(originIn(loaded, 'containers.web.env.A'), 'pouchd.yaml:7');
  });

  it('declare each object once', () => {
    assert.deepEqual(
      problemsOf({
        'pouchd.yaml': `${main}containers:\n  web: { image: a }\n`,
        'conf.d/10.yaml': 'containers:\n  web: { image: b }\n',
      }),
      [
        'conf.d/10.yaml:2:3: containers.web: expected a name that no other file has, found web again, as in pouchd.yaml:3 (keep one of the two)',
      ],
    );
  });

  it('have their mistakes reported in the order in which they are merged', () => {
    const problems = problemsOf({
      'pouchd.yaml': `${main}\n\nstopTimeout: soon\n`,
      'conf.d/10.yaml': 'stopTimeou: 1s\n',
      'conf.d/20.yaml': 'containers: [web]\n',
    });
    assert.deepEqual(
      problems.map((problem) => problem.split(': ').slice(0, 2).join(' ')),
      ['pouchd.yaml:4:14 stopTimeout', 'conf.d/10.yaml:1:1 stopTimeou', 'conf.d/20.yaml:1:13 containers'],
    );
  });

  it('include others, over which they take precedence', () => {
    const loaded = load({
      'pouchd.yaml': `${main}include: [common/base.yaml]\nstopTimeout: 2s\n`,
      'common/base.yaml': 'include: [deeper.yaml]\nstopTimeout: 1s\nshmSize: 1m\n',
      'common/deeper.yaml': 'shmSize: 2m\ncontainers: { web: { image: a } }\n',
    });
    assert.equal(loaded.config.stopTimeout, 2000);
    assert.equal(loaded.config.shmSize, 1024 * 1024);
    assert.equal(originIn(loaded, 'containers.web.image'), 'common/deeper.yaml:2');
  });

  for (const [what, files, problem] of [
    [
      'a file that includes itself',
      { 'a.yaml': 'include: [pouchd.yaml]\n' },
      'a.yaml:1:11: include[0]: expected a file that does not include itself, found pouchd.yaml',
    ],
    [
      'a missing file',
      {},
      'pouchd.yaml:2:11: include[0]: expected a configuration file, found a.yaml: no such file',
    ],
  ] as const)
    it(`are refused with ${what}`, () =>
      assert.deepEqual(problemsOf({ 'pouchd.yaml': `${main}include: [a.yaml]\n`, ...files }), [problem]));

  it('are refused with a list of files that is not one', () =>
    assert.deepEqual(problemsOf({ 'pouchd.yaml': `${main}include: a.yaml\n` }), [
      'pouchd.yaml:2:10: include: expected a list of files, found "a.yaml"',
    ]));
});
