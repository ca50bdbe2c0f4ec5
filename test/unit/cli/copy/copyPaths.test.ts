import assert from 'node:assert/strict';
import { parseEnd, planCopy, renamed } from '../../../../cli/copy/copyPaths.ts';

describe('paths of pouch cp', () => {
  it('name a container before a colon', () => {
    const ends = ['web:/etc', 'web:etc', '/a:b', './a:b', '../a:b', 'file', '-'].map(parseEnd);
    assert.deepEqual(
      ends.map(({ container, path }) => [container, path]),
      [
        ['web', '/etc'],
        ['web', 'etc'],
        [undefined, '/a:b'],
        [undefined, './a:b'],
        [undefined, '../a:b'],
        [undefined, 'file'],
        [undefined, '-'],
      ],
    );
  });

  // Docker's table of `docker cp`: source, kind; destination, its kind; then the directory and the new name.
  const rows: [string, 'file' | 'dir', string, 'file' | 'dir' | 'none', string][] = [
    ['/src/f', 'file', '/dst', 'dir', '/dst f'],
    ['/src/f', 'file', '/dst', 'file', '/ dst'],
    ['/src/f', 'file', '/dst', 'none', '/ dst'],
    ['/src/f', 'file', '/dst/', 'none', 'no such directory'],
    ['/src/f', 'file', '/dst/.', 'none', 'no such directory'],
    ['/src/d', 'dir', '/dst', 'dir', '/dst d/x'],
    ['/src/d', 'dir', '/dst', 'file', 'cannot copy directory'],
    ['/src/d', 'dir', '/dst', 'none', '/ dst/x'],
    ['/src/d', 'dir', '/dst/', 'none', '/ dst/x'],
    ['/src/d/', 'dir', '/dst', 'dir', '/dst d/x'],
    ['/src/d/.', 'dir', '/dst', 'dir', '/dst ./x'],
    ['/src/d/.', 'dir', '/dst/new', 'none', '/dst new/x'],
    ['/', 'dir', '/dst', 'dir', '/dst //x'],
    ['/', 'dir', '/dst', 'none', '/ dst/x'],
  ];
  for (const [path, kind, target, found, expected] of rows)
    it(`make of ${path} (${kind}) to ${target} (${found}): ${expected}`, () => {
      assert.equal(copied(path, kind === 'dir', target, found), expected);
    });

  it('keep the name of a link that is followed', () => {
    const { rename } = planCopy({ path: '/real', isDirectory: false, name: 'link' }, { path: '/dst' });
    assert.deepEqual(rename, { from: 'link', to: 'dst' });
  });
});

function copied(path: string, isDirectory: boolean, target: string, found: string): string {
  const there = found === 'none' ? {} : { found: { isDirectory: found === 'dir' } };
  try {
    const { directory, rename } = planCopy({ path, isDirectory }, { path: target, ...there });
    const first = /(^|\/)\.$/.test(path) ? '.' : (path.split('/').filter(Boolean).at(-1) ?? '/');
    return `${directory} ${renamed(isDirectory ? `${first}/x` : first, rename)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
