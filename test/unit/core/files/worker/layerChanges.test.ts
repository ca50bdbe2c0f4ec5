import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layerChanges } from '../../../../../core/files/worker/layerChanges.ts';

describe('changes of a writable layer', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'pouch-changes-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  /** Paths that end in a slash are directories. All have the same time. */
  function layer(name: string, ...paths: string[]): string {
    const root = join(dir, name);
    mkdirSync(root);
    for (const path of paths) {
      const at = join(root, path);
      mkdirSync(path.endsWith('/') ? at : dirname(at), { recursive: true });
      if (!path.endsWith('/')) writeFileSync(at, name);
    }
    for (const path of paths.filter((one) => one.endsWith('/'))) utimesSync(join(root, path), 1, 1);
    return root;
  }

  function changesOf(upper: string, lowers: string[], ignored: string[] = []): string[] {
    const letters = { added: 'A', changed: 'C', deleted: 'D' };
    const { changes } = layerChanges({ layers: [upper, ...lowers], ignored, most: 100 });
    return changes.map(({ path, kind }) => `${letters[kind]} ${path}`);
  }

  it('are what it has, and the directories above that the image has', () => {
    const lowers = [layer('top', 'etc/', 'etc/passwd'), layer('base', 'etc/', 'usr/')];
    const upper = layer('upper', 'etc/passwd', 'etc/new/file', 'srv/', 'usr/');
    assert.deepEqual(changesOf(upper, lowers), [
      'C /etc',
      'A /etc/new',
      'A /etc/new/file',
      'C /etc/passwd',
      'A /srv',
    ]);
  });

  it('are not the mount points that the engine has made, unless they have files', () => {
    const upper = layer('upper', 'data/', 'proc/', 'vol/file');
    writeFileSync(join(upper, 'hosts'), '');
    assert.deepEqual(changesOf(upper, [layer('base')], ['/data', '/proc', '/vol', '/hosts']), [
      'A /vol',
      'A /vol/file',
    ]);
  });
});
