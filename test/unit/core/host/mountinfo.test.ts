import assert from 'node:assert/strict';
import { mountOf, mountOn } from '../../../../core/host/mountinfo.ts';

const mountinfo = [
  '21 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '30 21 0:41 / /srv rw shared:1 - tmpfs x rw',
  '31 30 0:42 / /srv/a\\040b rw master:7 propagate_from:3 - tmpfs x rw',
  '32 30 0:43 / /srv/twice rw - tmpfs x rw',
  '33 32 0:44 / /srv/twice rw shared:9 - tmpfs y rw',
  '',
].join('\n');

describe('the mount that a path is on', () => {
  const rows: [string, string, string[]][] = [
    ['/etc', '/', []],
    ['/srvx', '/', []],
    ['/srv', '/srv', ['shared:1']],
    ['/srv/a b/c', '/srv/a b', ['master:7', 'propagate_from:3']],
    ['/srv/twice/x', '/srv/twice', ['shared:9']],
  ];
  for (const [path, point, tags] of rows)
    it(path, () => {
      const found = mountOf(path, mountinfo);
      assert.deepEqual([found?.point, found?.tags], [point, tags]);
    });
});

describe('the mount on a directory', () => {
  it('is the last one there', () =>
    assert.deepEqual(mountOn('/srv/twice', mountinfo), {
      point: '/srv/twice',
      tags: ['shared:9'],
      device: '0:44',
      root: '/',
      options: ['rw'],
      type: 'tmpfs',
      source: 'y',
    }));

  it('does not exist below a mount', () => assert.equal(mountOn('/srv/twice/x', mountinfo), undefined));
});
