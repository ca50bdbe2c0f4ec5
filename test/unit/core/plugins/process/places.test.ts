import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWithin, placesOf } from '../../../../../core/plugins/process/places.ts';

describe('the places that a plugin sees', () => {
  let dir = '';
  before(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'places-')));
    for (const folder of ['etc/plugins/own', 'etc/plugins/node_modules', 'root/packages/own'])
      mkdirSync(join(dir, folder), { recursive: true });
    for (const file of ['etc/plugins/own/own.ts', 'etc/pouchd.yaml', 'root/packages/own/own.ts'])
      writeFileSync(join(dir, file), '');
    symlinkSync(join(dir, 'etc/plugins'), join(dir, 'link'));
  });
  after(() => rmSync(dir, { recursive: true }));

  function places(path: string, paths = {}): string[] {
    const hidden = [join(dir, 'root'), join(dir, 'state'), join(dir, 'etc/pouchd.yaml')];
    const confinement = { program: '', hidden };
    return placesOf({ path: join(dir, path), grants: { paths }, confinement }).map((one) =>
      one.replace(dir, ''),
    );
  }

  it('are its folder and the packages above it', () => {
    const own = ['--own', '/etc/plugins/own', '/etc/plugins/own'];
    const packages = ['--own', '/etc/plugins/node_modules', '/etc/plugins/node_modules'];
    assert.deepEqual(places('etc/plugins/own/own.ts'), [...packages, ...own]);
  });

  it('are at the place of a link too', () => {
    const seen = places('link/own/own.ts');
    assert.ok(seen.join(' ').includes('--own /etc/plugins/own /link/own'));
    assert.ok(seen.join(' ').includes('--own /etc/plugins/own /etc/plugins/own'));
  });

  it('begin with directories that have others below them, and hide what is pouchd’s', () => {
    const paths = { read: [dir], write: [join(dir, 'etc/plugins')] };
    assert.deepEqual(places('root/packages/own/own.ts', paths), [
      ...['--read', ''],
      ...['--write', '/etc/plugins'],
      ...['--hide', '/etc/pouchd.yaml'],
      ...['--hide', '/root'],
      ...['--own', '/root/packages/own', '/root/packages/own'],
    ]);
  });

  it('do not exist for a plugin that is gone', () => assert.deepEqual(places('none/gone/gone.ts'), []));

  for (const path of ['/etc/x.ts', '/root/x.ts', '/x.ts'])
    it(`have no folder that many share: ${path}`, () => {
      const seen = placesOf({ path, grants: {}, confinement: { program: '', hidden: [] } });
      assert.ok(!['/etc', '/root', '/'].some((folder) => seen.includes(folder)), seen.join(' '));
    });

  it('end at whole names', () => {
    assert.equal(isWithin('/etc/corp', '/etc/corp'), true);
    assert.equal(isWithin('/etc/corp/a', '/etc/corp'), true);
    assert.equal(isWithin('/etc/corporate', '/etc/corp'), false);
  });
});
