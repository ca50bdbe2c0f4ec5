import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatOrigin, type LoadedConfig } from '../../../config/index.ts';
import { appliedFilePath, damagedFilePath } from '../../../hooks/appliedFile.ts';
import { errorOf, load, loadConfig, problemsOf } from './fixture.ts';

const fleet = `apiVersion: pouch/v1
containers:
  web:
    image: shop/web:3
    env: { A: '1', B: '2' }
    dependsOn: [db]
  cron: { image: shop/cron }
volumes: { data: }
hosts:
  web1:
  web2:
    host: ssh://root@10.0.0.2
    containers:
      web: { env: { B: null, NODE: '2' }, dependsOn: [], memory: 1g, init: true }
      cron: null
      extra: { image: shop/extra }
    volumes: { logs: }
`;

describe('an applied file', () => {
  const applied = (text: string, host?: string) => ({
    applied: { name: 'fleet.yaml', text, ...(host !== undefined && { host }) },
  });
  const origin = (loaded: LoadedConfig, path: string) => formatOrigin(loaded.originOf(path));

  it('has the declarations in the place of those of the files, which keep their settings', () => {
    const loaded = load(
      'stopTimeout: 3s\ncontainers: { own: { image: x } }\nnetworks: { lan: }',
      applied('containers: { web: { image: shop/web } }'),
    );
    assert.deepEqual(loaded.config.containers, { web: { image: 'shop/web' } });
    assert.deepEqual(loaded.config.networks, {});
    assert.equal(loaded.config.stopTimeout, 3000);
    assert.equal(origin(loaded, 'containers.web'), 'fleet.yaml:1');
    assert.match(origin(loaded, 'stopTimeout'), /pouchd\.yaml:1$/);
    assert.equal(loaded.applied?.name, 'fleet.yaml');
  });

  it('has the common sections of a fleet for a host without an overlay', () => {
    const { config } = load('', applied(fleet, 'web1'));
    assert.deepEqual(Object.keys(config.containers), ['web', 'cron']);
    assert.deepEqual(config.volumes, { data: {} });
  });

  it('has the overlay of its host, in which maps are merged, lists are replaced, and null removes', () => {
    const loaded = load('', applied(fleet, 'web2'));
    assert.deepEqual(loaded.config.containers, {
      web: { image: 'shop/web:3', env: { A: '1', NODE: '2' }, dependsOn: [], memory: '1g', init: true },
      extra: { image: 'shop/extra' },
    });
    assert.deepEqual(loaded.config.volumes, { data: {}, logs: {} });
    assert.equal(origin(loaded, 'containers.web.image'), 'fleet.yaml:4');
    assert.equal(origin(loaded, 'containers.web.memory'), 'fleet.yaml:14');
    assert.equal(origin(loaded, 'containers.extra'), 'fleet.yaml:16');
  });

  it('has references, which are those of the host', () => {
    const loaded = load('', {
      ...applied("containers: { web: { image: x, env: { A: '${env:COLOUR}' } } }"),
      env: { COLOUR: 'red' },
    });
    assert.deepEqual(loaded.config.containers['web'], { image: 'x', env: { A: 'red' } });
    assert.deepEqual(
      problemsOf('', applied("containers:\n  web: { env: { A: '${env:NONE}' } }")).slice(0, 1),
      [
        '2:20 containers.web.env.A: expected a variable of pouchd, found no variable NONE (set it in the environment of pouchd, such as by Environment= in its unit)',
      ],
    );
  });

  const refused: [text: string, host: string | undefined, problem: RegExp][] = [
    ['', undefined, /expected declarations: .* found none/],
    ['- a', undefined, /1:1 : expected settings/],
    ['containers: {}\nlog: { level: debug }', undefined, /^2:1 log: expected one of .*found the key "log"/],
    ['container: {}', undefined, /^1:1 container: .*did you mean containers\?/],
    ['containers: {}\nhosts: { a: }', undefined, /^2:8 hosts: expected a file of one host/],
    ['containers: {}\nhosts: { a: }', 'b', /^2:8 hosts: expected the host b, found others only/],
    ['containers: {}', 'b', /hosts: expected the host b/],
    ['containers: {}\nhosts: { a: 3 }', 'a', /^2:13 hosts\.a: expected a map of its sections, found "3"/],
    ['containers: {}\nhosts:\n  a: { plugins: [] }', 'a', /^3:8 plugins: expected one of/],
    ['containers: {}\nhosts:\n  a: { containers: 3 }', 'a', /^3:20 containers: expected a map/],
    ['containers: { web: *x }', undefined, /^1:20 : expected plain values, found the alias \*x/],
    ['containers: {}\n---\ncontainers: {}', undefined, /expected one document/],
  ];
  for (const [text, host, problem] of refused)
    it(`${JSON.stringify(text)} is refused for ${host ?? 'a single host'}`, () => {
      assert.match(problemsOf('', applied(text, host)).join('\n'), problem);
    });

  describe('of a host', () => {
    let root: string;
    beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'pouch-applied-'))));
    afterEach(() => rmSync(root, { recursive: true }));
    const write = (text: string) => {
      mkdirSync(dirname(appliedFilePath(root)), { recursive: true });
      writeFileSync(appliedFilePath(root), text);
    };
    const stored = { file: { name: 'app.yaml', text: 'containers: { web: { image: x } }' } };

    it('is read from the root, wherever that is set', () => {
      write(JSON.stringify({ version: 1, ...stored, by: 'user 0', at: 'now' }));
      const containers = 'containers: { own: { image: x } }';
      const names = (loaded: LoadedConfig) => Object.keys(loaded.config.containers);
      assert.deepEqual(names(load(`root: ${root}\n${containers}`)), ['web']);
      assert.deepEqual(names(load(containers, { env: { POUCHD_ROOT: root } })), ['web']);
      assert.deepEqual(names(load(containers, { flags: { root } })), ['web']);
      assert.deepEqual(names(load(`root: ${root}\n${containers}`, { applied: null })), ['own']);
    });

    const containers = 'containers: { own: { image: x } }';
    const lostOf = (loaded: LoadedConfig) => {
      const { lost } = loaded;
      // Neither the host's declarations nor others are in force, and its settings are.
      assert.deepEqual(loaded.config.containers, {});
      assert.equal(loaded.config.stopTimeout, 3000);
      return lost && [lost.found, lost.isDamaged, lost.file.slice(root.length)];
    };
    const loadOwn = () => load(`root: ${root}\nstopTimeout: 3s\n${containers}`);

    for (const [text, found, isDamaged = true] of [
      ['', 'an empty file'],
      ['{"version":1,', 'other content'],
      ['\0\0\0\0', 'other content'],
      ['null', 'other content'],
      ['{"version":1}', 'other content'],
      [JSON.stringify({ version: 1, ...stored, by: 'user 0' }), 'other content'],
      [JSON.stringify({ version: 2, ...stored }), 'version 2', false],
    ] as [string, string, boolean?][])
      it(`is lost if it is ${JSON.stringify(text)}, and stays where it is`, () => {
        write(text);
        assert.deepEqual(lostOf(loadOwn()), [found, isDamaged, '/host-agent/applied.json']);
        assert.equal(readFileSync(appliedFilePath(root), 'utf8'), text);
      });

    it('is lost at a start if this version finds mistakes in it, and refused by other loads', () => {
      write(
        JSON.stringify({
          version: 1,
          file: { name: 'app.yaml', text: 'boxes: {}' },
          by: 'user 0',
          at: 'now',
        }),
      );
      const own = { file: null, flags: { root } };
      const { lost } = loadConfig({ ...own, isLenient: true });
      assert.match(lost!.found, /^app\.yaml:1:1: boxes: expected one of .*, found the key "boxes"/);
      assert.equal(lost!.isDamaged, false);
      assert.match(errorOf(() => loadConfig(own)).message, /app\.yaml:1:1: boxes/);
    });

    it('is lost if something else is in its place, or it cannot be read', () => {
      mkdirSync(appliedFilePath(root), { recursive: true });
      assert.deepEqual(lostOf(loadOwn())?.slice(0, 2), ['a directory', true]);
      rmSync(appliedFilePath(root), { recursive: true });
      execFileSync('mkfifo', [appliedFilePath(root)]);
      assert.deepEqual(lostOf(loadOwn())?.slice(0, 2), ['an empty file', true]);
      rmSync(appliedFilePath(root));
      symlinkSync('applied.json', appliedFilePath(root));
      assert.deepEqual(lostOf(loadOwn())?.slice(0, 2), ['ELOOP', false]);
    });

    it('is lost while it is aside, until another one takes its place', () => {
      write('');
      renameSync(appliedFilePath(root), damagedFilePath(root));
      assert.deepEqual(lostOf(loadOwn()), ['an empty file', true, '/host-agent/applied.json.damaged']);
      write(JSON.stringify({ version: 1, ...stored, by: 'user 0', at: 'now' }));
      assert.deepEqual(Object.keys(loadOwn().config.containers), ['web']);
      rmSync(appliedFilePath(root));
      rmSync(damagedFilePath(root));
      assert.deepEqual(Object.keys(loadOwn().config.containers), ['own']);
    });
  });
});
