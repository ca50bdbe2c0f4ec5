import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../../../support/skip.ts';
import { readCapabilities, writeCapabilities } from '../../../../../core/files/worker/capabilities.ts';
import { tidyLayer } from '../../../../../core/files/worker/tidyLayer.ts';
import { ownLines } from '../../../../../core/files/worker/ownLines.ts';

describe('the copy of a writable layer for an image', () => {
  let layer: string;
  const at = (path: string) => join(layer, path);
  const none = { mountPoints: [], own: [], uidMappings: [], gidMappings: [] };

  beforeEach(() => (layer = mkdtempSync(join(tmpdir(), 'pouch-layer-'))));
  afterEach(() => rmSync(layer, { recursive: true }));

  it('is without empty mount points, and has other files in their place', () => {
    mkdirSync(at('a/b'), { recursive: true });
    writeFileSync(at('a/b/mount'), '');
    writeFileSync(at('full'), 'x');
    mkdirSync(at('kept'));
    writeFileSync(at('kept/mount'), '');
    writeFileSync(at('kept/file'), 'x');
    utimesSync(at('kept'), 1000, 1000);
    symlinkSync('/etc', at('link'));
    const mountPoints = [
      '/a',
      '/a/b',
      '/a/b/mount',
      '/full',
      '/kept',
      '/kept/mount',
      '/link/hostname',
      '/missing/x',
    ];
    tidyLayer({ ...none, layer, mountPoints });
    assert.ok(!existsSync(at('a')) && existsSync(at('full')) && existsSync(at('kept/file')));
    assert.ok(!existsSync(at('kept/mount')));
    assert.equal(lstatSync(at('kept')).mtimeMs, 1_000_000);
    assert.ok(existsSync('/etc/hostname'));
  });

  it('is without what Pouch has written, and has what others have', () => {
    mkdirSync(at('etc'));
    const block = ownLines({ content: '10.0.0.2 box', own: 'lines' }, '127.0.0.1 localhost\n', true)!;
    writeFileSync(at('etc/hosts'), block);
    writeFileSync(at('etc/resolv.conf'), `${block}# mine\n`);
    writeFileSync(at('etc/hostname'), 'box\n');
    writeFileSync(at('etc/other'), 'changed\n');
    const lines = { own: 'lines', content: '10.0.0.2 box', image: '127.0.0.1 localhost\n' } as const;
    tidyLayer({
      ...none,
      layer,
      own: [
        { ...lines, path: '/etc/hosts' },
        { ...lines, path: '/etc/resolv.conf' },
        { own: 'once', content: 'box\n', image: null, path: '/etc/hostname' },
        { own: 'once', content: 'box\n', image: null, path: '/etc/other' },
        { own: 'once', content: 'box\n', image: null, path: '/missing/file' },
      ],
    });
    assert.ok(!existsSync(at('etc/hosts')) && !existsSync(at('etc/hostname')));
    assert.equal(readFileSync(at('etc/resolv.conf'), 'utf8'), '127.0.0.1 localhost\n# mine\n');
    assert.equal(readFileSync(at('etc/other'), 'utf8'), 'changed\n');
  });

  it('has the ids of the container, also where they are those of others on the host', function () {
    if (process.getuid?.() !== 0) skip(this, 'only root may change the owner of files');
    writeFileSync(at('file'), '', { mode: 0o755 });
    linkSync(at('file'), at('linked'));
    for (const path of ['file', '.']) lchownSync(at(path), 2000, 2005);
    writeFileSync(at('foreign'), '');
    const mapping = [{ containerID: 0, hostID: 1000, size: 1500 }];
    tidyLayer({ ...none, layer, uidMappings: mapping, gidMappings: mapping });
    const ids = (path: string) => [lstatSync(at(path)).uid, lstatSync(at(path)).gid];
    assert.deepEqual(ids('file'), [1000, 1005]);
    assert.deepEqual(ids('.'), [1000, 1005]);
    assert.deepEqual(ids('foreign'), [0, 0]);
  });

  it('has file capabilities for the root user of each container that runs the image', function () {
    if (process.getuid?.() !== 0) skip(this, 'only root may change the owner of files');
    // cap_net_bind_service=ep, revisions 2 and 3 (linux/capability.h).
    const capabilities = (revision: number, ...root: number[]) =>
      Buffer.concat([
        Buffer.from([1, 0, 0, revision, 0, 4, ...Array.from({ length: 14 }, () => 0)]),
        ...root.map((id) => Buffer.from(Uint32Array.of(id).buffer)),
      ]);
    const mapping = [{ containerID: 0, hostID: 1000, size: 1500 }];
    const tidied = (before: Buffer) => {
      writeFileSync(at('file'), '', { mode: 0o755 });
      lchownSync(at('file'), 1000, 1000);
      writeCapabilities(at('file'), before);
      tidyLayer({ ...none, layer, uidMappings: mapping, gidMappings: mapping });
      return readCapabilities(at('file'));
    };
    assert.deepEqual(tidied(capabilities(3, 1000)), capabilities(2));
    assert.deepEqual(tidied(capabilities(3, 1200)), capabilities(3, 200));
    assert.equal(tidied(capabilities(3, 5000)), undefined);
    assert.deepEqual(tidied(capabilities(2)), capabilities(2));
  });
});
