import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sidecarProblem } from '../../../../hooks/index.ts';
import { findPlugins } from '../../../../plugins/nri/launch/findPlugins.ts';
import { readConfig } from '../../../../plugins/nri/launch/readConfig.ts';
import { sidecarOf } from '../../../../plugins/nri/launch/sidecarOf.ts';

describe('NRI plugins that pouchd launches', () => {
  let directory: string;
  const at = (name: string) => join(directory, name);
  const foo = { name: '10-foo', index: '10', base: 'foo', path: '/opt/nri/plugins/10-foo' };

  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'nri-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are the executables named INDEX-NAME of a directory, in their order; others are logged', () => {
    for (const name of ['20-bar', '10-foo', 'foo', '1-x', '30-'])
      writeFileSync(at(name), '', { mode: 0o755 });
    writeFileSync(at('40-text'), '', { mode: 0o644 });
    mkdirSync(at('50-directory'));
    symlinkSync('/bin/true', at('60-link'));
    symlinkSync('/nowhere', at('70-dangling'));
    const logged: string[] = [];
    const log = { warn: (_: string, fields?: object) => void logged.push((fields as { path: string }).path) };
    assert.deepEqual(
      findPlugins(directory, log).map(({ name, index, base }) => [name, index, base]),
      [
        ['10-foo', '10', 'foo'],
        ['20-bar', '20', 'bar'],
        ['60-link', '60', 'link'],
      ],
    );
    assert.deepEqual(logged, [at('1-x'), at('30-'), at('foo')]);
    assert.deepEqual(findPlugins(at('missing'), log), []);
    assert.throws(() => findPlugins(at('foo'), log), { code: 'PCH_PLUGIN_OPTIONS', message: /pluginPath: / });
  });

  it('get the text of INDEX-NAME.conf, or else of NAME.conf, if only root may write it', () => {
    assert.equal(readConfig(directory, foo), '');
    writeFileSync(at('foo.conf'), 'by name');
    assert.equal(readConfig(directory, foo), 'by name');
    writeFileSync(at('10-foo.conf'), 'by index');
    assert.equal(readConfig(directory, foo), 'by index');
    chmodSync(at('10-foo.conf'), 0o666);
    assert.throws(() => readConfig(directory, foo), {
      code: 'PCH_PLUGIN_UNSAFE',
      message: /10-foo\.conf can be written by every user, and an NRI plugin is configured by it/,
    });
    rmSync(at('10-foo.conf'));
    mkdirSync(at('10-foo.conf'));
    assert.throws(() => readConfig(directory, foo), { code: /PCH_NRI_REFUSED|PCH_PLUGIN_LOAD/ });
    rmSync(at('10-foo.conf'), { recursive: true });
    writeFileSync(at('10-foo.conf'), 'x'.repeat(2 ** 20 + 1));
    assert.throws(() => readConfig(directory, foo), { code: 'PCH_NRI_REFUSED', message: /found 1048577/ });
  });

  it('have no rights but those that the options grant', () => {
    const plain = sidecarOf(foo, {}, () => undefined);
    assert.deepEqual(
      [plain.user, plain.namespaces, plain.network, plain.paths, plain.limits],
      ['nobody', 'own', false, {}, {}],
    );
    assert.deepEqual(plain.env, { NRI_PLUGIN_NAME: 'foo', NRI_PLUGIN_IDX: '10', NRI_PLUGIN_SOCKET: '3' });
    const grants = { user: 'root', host: true, network: true, memory: 2 ** 26, paths: { read: ['/etc'] } };
    const granted = sidecarOf(foo, { env: { A: '1', NRI_PLUGIN_IDX: '99' }, grants }, () => undefined);
    assert.deepEqual(
      [granted.user, granted.namespaces, granted.network, granted.paths, granted.limits],
      ['root', 'host', true, { read: ['/etc'] }, { memory: 2 ** 26 }],
    );
    assert.deepEqual([granted.env?.['A'], granted.env?.['NRI_PLUGIN_IDX']], ['1', '10']);
  });

  it('have a valid sidecar each, whatever the name of the file', () => {
    const names = ['10-foo', '10-Foo', '10-foo.bar', '10-foo_bar', `10-${'x'.repeat(63)}`];
    const sidecars = names.map((name) => sidecarOf({ ...foo, name }, {}, () => undefined));
    for (const sidecar of sidecars) assert.equal(sidecarProblem(sidecar), undefined);
    assert.equal(new Set(sidecars.map(({ name }) => name)).size, names.length);
  });
});
