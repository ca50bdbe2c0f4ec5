import assert from 'node:assert/strict';
import { unmappable, unmappableDirectory } from '../../../../core/userns/mappable.ts';

const mountinfo = () =>
  [
    '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
    '2 1 0:2 / /srv/share rw - nfs4 host:/share rw',
    '3 1 0:3 / /run rw - tmpfs tmpfs rw',
    '4 1 0:4 / /var/lib rw - overlay overlay rw',
  ].join('\n');

const links: Record<string, string> = { '/home': '/srv/share/home' };
const existing = ['/', '/srv', '/srv/share', '/run', '/var/lib', '/home'];

function why(path: string, kernel = '6.1.0-18-amd64'): Promise<string | undefined> {
  return unmappable(path, {
    mountinfo,
    kernel,
    look: (path) =>
      Promise.resolve(
        existing.includes(path)
          ? { path: links[path] ?? path, kind: 'directory', mode: 0o755, uid: 0, gid: 0, rdev: 0 }
          : undefined,
      ),
  });
}

describe('files with the ids of a container', () => {
  it('a path on ext4 can be mapped, also one that is to be created', async () => {
    assert.equal(await why('/opt/new/data'), undefined);
  });

  it('NFS and overlay cannot, through a link and below the path too', async () => {
    assert.equal(await why('/srv/share'), '/srv/share is on nfs4');
    assert.equal(await why('/home'), '/home is on nfs4');
    assert.equal(await why('/srv'), '/srv/share is on nfs4');
    assert.equal(unmappableDirectory('/var/lib/pouch', { mountinfo }), '/var/lib/pouch is on overlay');
  });

  it('tmpfs can since Linux 6.3', async () => {
    assert.equal(await why('/run'), '/run is on tmpfs');
    assert.equal(await why('/run', '6.3.0'), undefined);
  });
});
