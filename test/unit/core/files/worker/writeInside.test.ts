import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { using } from '../../../../../core/files/worker/openInside.ts';
import { writeBelow } from '../../../../../core/files/worker/writeInside.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

describe('files that are written into an untrusted root', () => {
  const directory = temporaryDirectory();
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  let root: string;

  beforeEach(() => {
    root = join(directory.path, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(directory.path, 'hosts'), 'outside\n');
  });

  const write = (path: string) =>
    using(openSync(root, 'r'), (handle) =>
      writeBelow(
        handle,
        { path, content: 'new\n', own: 'lines', mode: 0o644 },
        { first: false, owner: { uid, gid } },
      ),
    );
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const block = '# Written by Pouch at each start:\nnew\n# End of the lines of Pouch\n';

  it('are new ones of the container’s root', () => {
    assert.equal(write('/etc/hosts'), null);
    assert.equal(read('etc/hosts'), block);
    const found = lstatSync(join(root, 'etc/hosts'));
    assert.deepEqual([found.uid, found.gid, found.mode & 0o7777], [uid, gid, 0o644]);
    assert.deepEqual(readdirSync(join(root, 'etc')), ['hosts']);
  });

  it('keep owner, mode and bytes', () => {
    writeFileSync(join(root, 'etc/hosts'), Buffer.from([0xe4, 0x0a]));
    chmodSync(join(root, 'etc/hosts'), 0o600);
    assert.equal(write('/etc/hosts'), null);
    assert.deepEqual(
      readFileSync(join(root, 'etc/hosts')),
      Buffer.concat([Buffer.from(block), Buffer.from([0xe4, 0x0a])]),
    );
    assert.equal(lstatSync(join(root, 'etc/hosts')).mode & 0o7777, 0o600);
  });

  it('are not written where nothing changes', () => {
    write('/etc/hosts');
    const before = lstatSync(join(root, 'etc/hosts')).ino;
    assert.equal(write('/etc/hosts'), null);
    assert.equal(lstatSync(join(root, 'etc/hosts')).ino, before);
  });

  it('replace a link that leads nowhere, or out', () => {
    symlinkSync('/run/none', join(root, 'etc/resolv.conf'));
    symlinkSync(`../../hosts`, join(root, 'etc/hosts'));
    for (const name of ['resolv.conf', 'hosts']) {
      assert.equal(write(`/etc/${name}`), null);
      assert.equal(read(`etc/${name}`), block);
      assert.ok(lstatSync(join(root, `etc/${name}`)).isFile());
    }
    assert.equal(readFileSync(join(directory.path, 'hosts'), 'utf8'), 'outside\n');
  });

  it('come with the directories that are missing', () => {
    assert.equal(write('/srv/a/b'), null);
    assert.equal(read('srv/a/b'), block);
  });

  it('leave a directory in their place, and report it', () => {
    mkdirSync(join(root, 'etc/hosts'));
    assert.equal(write('/etc/hosts'), 'expected a file at /etc/hosts, found a directory');
  });

  it('stay in the root where a directory is a link that leads out', () => {
    symlinkSync(directory.path, join(root, 'out'));
    assert.match(write('/out/hosts')!, /cannot write \/out\/hosts/);
    assert.equal(readFileSync(join(directory.path, 'hosts'), 'utf8'), 'outside\n');
  });
});
