import assert from 'node:assert/strict';
import { reportOf } from '../../../../cli/import/examine/report.ts';
import { reportLines } from '../../../../cli/import/examine/reportLines.ts';
import { paletteFor } from '../../../../cli/output/colour.ts';
import { treeOf } from './treeOf.ts';

const tree = treeOf({
  '/sbin/init': { program: '' },
  '/etc/os-release': 'PRETTY_NAME="Cellar 3"\n',
  '/etc/hostname': 'cellar\n',
  '/etc/inittab': 'id:2:initdefault:\n',
  '/etc/rc2.d/S20ssh': '',
  '/etc/rc2.d/S20sshd': '',
  '/etc/fstab': "nas:/data /srv nfs defaults\n/dev/sdb1 /it's ext3 defaults\n",
  '/etc/sysctl.conf': 'net.ipv4.ip_forward = 1\n',
});

describe('the report of an examination', () => {
  const report = reportOf('cellar.tar', { tree }, 'corp/cellar:1');

  it('has a run that fits, and the same as a profile', () => {
    assert.deepEqual(report.before, ['pouch volume create -o type=nfs -o device=:/data -o o=addr=nas srv']);
    assert.deepEqual(report.run, [
      ...['pouch', 'run', '-d', '--wait', '--name', 'cellar', '--restart', 'unless-stopped', '--rich'],
      ...['--publish', '2222:22', '--hostname', 'cellar', '--volume', 'srv:/srv', '--volume', "it-s:/it's"],
      ...['--sysctl', 'net.ipv4.ip_forward=1', 'corp/cellar:1'],
    ]);
    assert.deepEqual(report.profile, {
      restart: 'unless-stopped',
      rich: true,
      publish: ['2222:22'],
      volume: ['srv:/srv', "it-s:/it's"],
      sysctl: ['net.ipv4.ip_forward=1'],
    });
  });

  it('is printed by what works, changes and cannot work, and can be copied into a shell', () => {
    const lines = reportLines(report, paletteFor({}, {}));
    assert.deepEqual(
      lines.filter((line) => /^\S/.test(line)),
      ['About it:', 'Works:', 'Changes:', 'A run that fits:', 'The same as a profile of pouchd.yaml:'],
    );
    assert.ok(lines.includes('  ports: ssh listens by default on 22 (a guess)'));
    assert.ok(lines.some((line) => line.includes(`--volume 'it-s:/it'\\''s'`)));
    assert.ok(lines.includes('            publish: ["2222:22"]'));
  });
});
