import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContainer, readInside } from '../../../../../core/files/worker/readContainer.ts';
import { using } from '../../../../../core/files/worker/openInside.ts';
import { identify } from '../../../../../core/supervise/processIdentity.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

const limit = 1000;

describe('a file in an untrusted root', () => {
  const directory = temporaryDirectory();
  let root: string;
  beforeEach(() => {
    root = join(directory.path, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'inside');
    writeFileSync(join(directory.path, 'passwd'), 'outside');
  });
  const read = (path: string, below = root) =>
    using(openSync(below, 'r'), (handle) => readInside(handle, path, limit));
  const refusal = (path: string, below = root) => {
    const file = read(path, below);
    assert.ok('refused' in file, JSON.stringify(file));
    return file.refused;
  };

  it('is read', () => assert.deepEqual(read('/etc/passwd'), { text: 'inside' }));

  it('is missing if the path does not exist, also below a file', () => {
    assert.deepEqual(read('/etc/shadow'), { missing: true });
    assert.deepEqual(read('/etc/passwd/x'), { missing: true });
  });

  for (const [what, target] of [
    ['an absolute link', '/etc'],
    ['a relative link that climbs above the root', '../../../../../../../etc'],
  ] as const)
    it(`is found in the root by ${what}`, () => {
      symlinkSync(target, join(root, 'link'));
      assert.deepEqual(read('/link/passwd'), { text: 'inside' });
    });

  it('is not found through a link to a path of the host', () => {
    symlinkSync(directory.path, join(root, 'host'));
    assert.deepEqual(read('/host/passwd'), { missing: true });
  });

  it('is not found through a magic link', () => {
    assert.match(refusal('/proc/self/root/etc/passwd', '/'), /^cannot read /);
  });

  it('is rejected on a kernel file system', () => {
    assert.match(refusal('/proc/version', '/'), /kernel file system/);
  });

  it('is rejected if it is a device, a FIFO, a directory or a circular link', () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    symlinkSync('circle', join(root, 'circle'));
    assert.match(refusal('/zero', '/dev'), /found a character device/);
    assert.match(refusal('/fifo'), /found a FIFO/);
    assert.match(refusal('/etc'), /found a directory/);
    assert.match(refusal('/circle'), /links/);
  });

  it('is read up to its limit, also while it grows', () => {
    writeFileSync(join(root, 'exact'), 'x'.repeat(limit));
    assert.deepEqual(read('/exact'), { text: 'x'.repeat(limit) });
    writeFileSync(join(root, 'grows'), '');
    const writer = spawn('sh', ['-c', `while :; do echo more >>${join(root, 'grows')}; done`]);
    try {
      for (let file = read('/grows'); !('refused' in file); file = read('/grows'));
      assert.match(refusal('/grows'), /^expected at most 1000 bytes/);
    } finally {
      writer.kill('SIGKILL');
    }
  });
});

describe('a file of a container', () => {
  const own = identify(process.pid)!;
  const read = (init: typeof own) => readContainer({ init, paths: ['/etc/passwd'], maxBytes: 1 << 20 });

  it('is read as its init sees it', () => {
    const [file] = read(own);
    assert.match(file && 'text' in file ? file.text : '', /^root:/m);
  });

  it('is not read from a later process with the pid of the init', () => {
    assert.throws(() => read({ ...own, startTicks: '1' }), { code: 'PCH_CONTAINER_NOT_RUNNING' });
  });
});
