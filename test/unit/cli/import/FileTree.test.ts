import assert from 'node:assert/strict';
import { treeOf } from './treeOf.ts';

describe('a tree of files', () => {
  const tree = treeOf({
    '/etc/passwd': 'root',
    '/etc/alias': '-> passwd',
    '/bin': '-> usr/bin',
    '/usr/bin/sh': { program: '' },
    '/escape': '-> ../../../../etc/passwd',
    '/absolute': '-> /etc/../etc/passwd',
    '/loop': '-> loop2',
    '/loop2': '-> /loop',
    '/dangling': '-> /nowhere',
  });

  it('resolves links inside its root only', () => {
    assert.equal(tree.read('/etc/alias'), 'root');
    assert.equal(tree.find('/bin/sh')?.path, '/usr/bin/sh');
    assert.equal(tree.find('/escape')?.path, '/etc/passwd');
    assert.equal(tree.find('/absolute')?.path, '/etc/passwd');
    assert.equal(tree.find('/../../etc/passwd')?.path, '/etc/passwd');
    assert.equal(tree.find('/loop'), undefined);
    assert.equal(tree.find('/dangling'), undefined);
    assert.equal(tree.lookAt('/dangling')?.kind, 'symlink');
    assert.equal(tree.lookAt('/bin/sh')?.path, '/usr/bin/sh');
  });

  it('lists directories, knows programs, and reads lines without comments', () => {
    assert.deepEqual(tree.list('/etc'), ['alias', 'passwd']);
    assert.deepEqual(tree.list('/bin'), ['sh']);
    assert.deepEqual(tree.list('/nowhere'), []);
    assert.ok(tree.isProgram('/bin/sh'));
    assert.ok(!tree.isProgram('/etc/passwd'));
    assert.ok(tree.isDirectory('/usr'));
    assert.deepEqual(treeOf({ '/a': '# no\n\n  one  \n;no\ntwo\n' }).lines('/a'), ['one', 'two']);
  });
});
