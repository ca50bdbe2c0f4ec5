import assert from 'node:assert/strict';
import { addListed, listeningPorts } from '../../../../cli/import/ssh/loadHost.ts';
import { otherMounts } from '../../../../cli/import/ssh/otherMounts.ts';
import { rsync } from '../../../../cli/import/ssh/rsync.ts';
import { parseSshTarget, sshHost } from '../../../../cli/import/ssh/sshTarget.ts';
import { treeOf } from './treeOf.ts';

describe('a running host as a source', () => {
  it('is named by a URL without a character for a shell', () => {
    assert.deepEqual(parseSshTarget('ssh://root@cellar:2222/'), {
      host: 'cellar',
      user: 'root',
      port: '2222',
      path: '',
    });
    assert.deepEqual(parseSshTarget('ssh://cellar/srv/root'), { host: 'cellar', path: '/srv/root' });
    assert.equal(sshHost(parseSshTarget('ssh://[fe80::1]')), 'fe80::1');
    const bad = ['-oProxyCommand=x', 'a b', 'x;y', '-l@x', 'x/$(y)', 'x/../y', 'x:99999999', ''];
    for (const rest of bad)
      assert.throws(() => parseSshTarget(`ssh://${rest}`), { code: 'PCH_OPTION_INVALID' }, rest);
  });

  it('is copied without devices, and without mounts that are not on its disks', () => {
    const mounts = `/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
/dev/sdb1 /srv xfs rw 0 0
nas:/x /mnt/my\\040share* nfs rw 0 0
tmpfs /run tmpfs rw 0 0`;
    assert.deepEqual(otherMounts(mounts, ''), ['/proc/*', '/mnt/my share\\*/*', '/run/*']);
    const copy = { target: { host: 'h', user: 'u', port: '22', path: '' }, excludes: ['/x'], sudo: true };
    const { args } = rsync(copy, ['--delete'], '/stage');
    assert.ok(args.includes('--rsh=ssh -p 22 -l u') && args.includes('--protect-args'));
    assert.ok(!args.some((word) => /^-[a-z]*[aD]|devices|specials/.test(word)));
    assert.deepEqual(args.slice(-4), ['--exclude=/x', '--', 'h:/', '/stage/']);
  });

  it('lists its files and its ports', () => {
    const tree = treeOf({ '/etc/hostname': 'kept' });
    for (const line of [
      'drwxr-xr-x           4096 2026/01/01 00:00:00 .',
      '-rwsr-xr-x            123 2026/01/01 00:00:00 usr/bin/my tool',
      'lrwxrwxrwx              7 2026/01/01 00:00:00 bin -> usr/bin',
      '-rw-r--r--              5 2026/01/01 00:00:00 etc/hostname',
      'no line',
    ])
      addListed(tree, line);
    assert.deepEqual(tree.find('/bin/my tool'), {
      kind: 'file',
      mode: 0o4755,
      size: 123,
      path: '/usr/bin/my tool',
    });
    assert.equal(tree.read('/etc/hostname'), 'kept');
    const sockets = `udp UNCONN 0 0 0.0.0.0:514 0.0.0.0:*
tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*
tcp LISTEN 0 128 [::]:22 [::]:*
tcp LISTEN 0 128 127.0.0.1:25 0.0.0.0:*
tcp LISTEN 0 128 *:80 *:*`;
    assert.deepEqual(listeningPorts(sockets), ['514/udp', '22', '80']);
  });
});
