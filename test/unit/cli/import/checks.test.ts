import assert from 'node:assert/strict';
import { checks } from '../../../../cli/import/examine/checks.ts';
import { modeOf } from '../../../../cli/import/examine/checks/init.ts';
import { enabledServices } from '../../../../cli/import/examine/checks/services.ts';
import type { Finding } from '../../../../cli/import/examine/finding.ts';
import type { LiveFacts } from '../../../../cli/import/examine/liveFacts.ts';
import { type Sketch, treeOf } from './treeOf.ts';

const program = { program: '' };

/** What the check of a topic finds. */
function find(topic: string, sketch: Sketch, live?: LiveFacts): Omit<Finding, 'topic'>[] {
  const check = checks.find((one) => one.topic === topic);
  assert.ok(check, topic);
  return check.run({ tree: treeOf(sketch), ...(live && { live }) });
}

const texts = (findings: Omit<Finding, 'topic'>[]) =>
  findings.map(({ verdict, found }) => `${verdict}: ${found}`);
const optionsOf = (findings: Omit<Finding, 'topic'>[]) =>
  findings.flatMap(({ options = [] }) => options).map((words) => words.join(' '));

function elf(code: number): string {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[5] = 1;
  head.writeUInt16LE(code, 18);
  return head.toString('latin1');
}

describe('an examination finds', () => {
  it('the distribution, also of old ones', () => {
    assert.deepEqual(texts(find('system', { '/etc/os-release': 'ID=x\nPRETTY_NAME="X 3"\n' })), [
      'info: X 3',
    ]);
    const linked = { '/etc/os-release': '-> ../usr/lib/os-release', '/usr/lib/os-release': 'ID=alpine' };
    assert.deepEqual(texts(find('system', linked)), ['info: alpine']);
    assert.deepEqual(texts(find('system', { '/etc/redhat-release': 'CentOS release 5.11\n' })), [
      'info: CentOS release 5.11',
    ]);
    assert.deepEqual(texts(find('system', { '/etc/debian_version': '7.11\n' })), ['info: Debian 7.11']);
    assert.match(texts(find('system', {}))[0]!, /unknown/);
  });

  it('the platform, by the header of a program behind links', () => {
    const of = (head: string) =>
      find('platform', { '/bin/sh': '-> dash', '/bin/dash': { program: head } })[0]!.found;
    assert.equal(of(elf(0x3e)), 'linux/amd64');
    assert.equal(of(elf(0xb7)), 'linux/arm64');
    assert.match(of(elf(0x2a)), /ELF processor 42/);
    assert.match(of('#!/bin/sh'), /unknown/);
  });

  const inits: [string, Sketch][] = [
    ['systemd', { '/usr/lib/systemd/systemd': program, '/sbin/init': '-> /usr/lib/systemd/systemd' }],
    ['s6', { '/init': program, '/etc/s6-overlay/x': '' }],
    ['s6', { '/usr/bin/s6-svscan': program, '/etc/s6/services/a/run': '' }],
    ['runit', { '/etc/runit/2': program, '/sbin/init': '-> runit-init', '/sbin/runit-init': program }],
    ['openrc', { '/sbin/openrc': program, '/sbin/init': program }],
    ['sbin-init', { '/sbin/init': program, '/etc/init.d/x': '' }],
    ['dumb-init', { '/bin/sh': program }],
  ];
  for (const [mode, sketch] of inits)
    it(`the mode ${mode} of an image with ${Object.keys(sketch)[0]}`, () => {
      assert.equal(modeOf(treeOf(sketch)), mode);
      assert.deepEqual(optionsOf(find('init', sketch)), ['rich true']);
    });

  it('the services of each init', () => {
    const systemd = treeOf({
      '/lib/systemd/systemd': program,
      '/lib/systemd/system/cron.service': '',
      '/etc/systemd/system/multi-user.target.wants/ssh.service': '-> /lib/systemd/system/ssh.service',
      '/etc/systemd/system/timers.target.wants/apt.timer': '-> /x',
      '/etc/rc3.d/S01cron': '-> ../init.d/cron',
      '/etc/rc2.d/S01cron': '-> ../init.d/cron',
      '/etc/rc2.d/S02legacy': '-> ../init.d/legacy',
      '/etc/rc2.d/K01old': '-> ../init.d/old',
    });
    assert.deepEqual(enabledServices(systemd), ['legacy', 'ssh']);
    const of = (mode: Parameters<typeof enabledServices>[1], sketch: Sketch) =>
      enabledServices(treeOf(sketch), mode);
    assert.deepEqual(of('openrc', { '/etc/runlevels/default/nginx': '-> /etc/init.d/nginx' }), ['nginx']);
    assert.deepEqual(of('runit', { '/etc/service': '-> sv', '/etc/sv/cron/run': '' }), ['cron']);
    assert.deepEqual(of('s6', { '/etc/services.d/web/run': '' }), ['web']);
    const sysvinit = {
      '/etc/inittab': 'id:3:initdefault:\n',
      '/etc/rc.d/rc3.d/S85httpd': '-> ../init.d/httpd',
    };
    assert.deepEqual(of('sbin-init', sysvinit), ['httpd']);
    assert.deepEqual(of('sbin-init', { '/etc/init/erp.conf': 'start on runlevel [2345]\n' }), ['erp']);
  });

  it('services that a container has no use for', () => {
    const wants = '/etc/systemd/system/multi-user.target.wants';
    const sketch = {
      '/lib/systemd/systemd': program,
      [`${wants}/smartd.service`]: '',
      [`${wants}/chrony.service`]: '',
    };
    assert.match(texts(find('services', sketch))[1]!, /^cannot: smartd: disks are those of the host/);
    assert.match(texts(find('time', sketch))[0]!, /^cannot: chrony: the clock/);
  });

  it('what becomes of the mounts', () => {
    const findings = find('mounts', {
      '/etc/fstab': `UUID=1 / ext4 errors=remount-ro 0 1
# a comment
/dev/mapper/vg0-data /srv/my\\040data xfs defaults 0 2
/dev/sda1 /boot ext2 defaults
/dev/sda5 none swap sw
nas:/export/home /home nfs vers=3
//files/share /mnt/share cifs ro
proc /proc proc defaults
/dev/cdrom /media/cdrom udf,iso9660 noauto
/srv /old none bind 0 0
`,
    });
    assert.deepEqual(texts(findings), [
      'changes: /dev/mapper/vg0-data: LVM or device mapper, which a container does not have',
      'changes: /srv/my data from /dev/mapper/vg0-data (xfs): a volume takes its place',
      'cannot: /boot: a container boots no kernel',
      'changes: swap on /dev/sda5: swap is that of the host',
      'changes: /home from nas:/export/home (nfs, vers=3): a volume that the host mounts takes its place',
      'changes: /mnt/share from //files/share (cifs, ro): a volume that the host mounts takes its place',
      'changes: /media/cdrom from /dev/cdrom: is not mounted by itself',
      'changes: /old: bind mount of /srv, inside',
    ]);
    assert.deepEqual(optionsOf(findings), [
      'volume srv-my-data:/srv/my data',
      'volume home:/home',
      'volume mnt-share:/mnt/share',
    ]);
    assert.deepEqual(
      findings.flatMap(({ before = [] }) => before),
      [
        'pouch volume create -o type=nfs -o device=:/export/home -o o=addr=nas home',
        'pouch volume create -o type=cifs -o device=//files/share -o o=addr=files mnt-share',
      ],
    );
  });

  it('fixed addresses of every tool, and the host name', () => {
    const findings = find('network', {
      '/etc/network/interfaces':
        'iface lo inet loopback\n address 127.0.0.1\niface eth0 inet static\n  address 10.1.2.3/24\n',
      '/etc/netplan/01.yaml': 'network:\n  ethernets:\n    ens3:\n      addresses: [10.1.2.4/24]\n',
      '/etc/netplan/02.yaml': '      addresses:\n        - "10.1.2.5/24"\n',
      '/etc/systemd/network/lan.network': '[Network]\nAddress=10.1.2.6/24\n#Address=10.9.9.9\n',
      '/etc/NetworkManager/system-connections/lan.nmconnection': '[ipv4]\naddress1=10.1.2.7/24,10.1.2.1\n',
      '/etc/sysconfig/network-scripts/ifcfg-eth0': 'IPADDR="10.1.2.8"\n',
      '/etc/sysconfig/network-scripts/ifcfg-lo': 'IPADDR=127.0.0.1\n',
    });
    const addresses = findings.map(({ found }) => /fixed address (\S+)/.exec(found)?.[1]);
    assert.deepEqual(addresses, [
      '10.1.2.3/24',
      '10.1.2.4/24',
      '10.1.2.5/24',
      '10.1.2.6/24',
      '10.1.2.7/24',
      '10.1.2.8',
    ]);
    assert.deepEqual(optionsOf(find('host name', { '/etc/hostname': 'cellar\n' })), ['hostname cellar']);
    assert.deepEqual(optionsOf(find('host name', { '/etc/sysconfig/network': 'HOSTNAME=old.corp\n' })), [
      'hostname old.corp',
    ]);
    assert.deepEqual(find('host name', { '/etc/hostname': '$(reboot)\n' }), []);
  });

  it('ports of services by their configuration, or by habit, or as a running host has them', () => {
    const wants = '/etc/systemd/system/multi-user.target.wants';
    const sketch = {
      '/lib/systemd/systemd': program,
      [`${wants}/ssh.service`]: '',
      [`${wants}/nginx.service`]: '',
      [`${wants}/postfix.service`]: '',
      '/etc/nginx/sites-enabled/a': '-> ../sites-available/a',
      '/etc/nginx/sites-available/a': 'server {\n  listen 8080;\n  listen [::]:8443 ssl;\n  # listen 1;\n}\n',
      '/etc/ssh/sshd_config': '#Port 22\n',
    };
    const findings = find('ports', sketch);
    assert.ok(findings.every(({ isGuess }) => isGuess));
    assert.deepEqual(optionsOf(findings), [
      'publish 8080:8080',
      'publish 8443:8443',
      'publish 25:25',
      'publish 2222:22',
    ]);
    assert.deepEqual(optionsOf(find('ports', sketch, { listening: ['22', '514/udp'] })), [
      'publish 2222:22',
      'publish 514:514/udp',
    ]);
  });

  it('modules, parameters of the kernel, and packet filters', () => {
    assert.match(
      texts(
        find('kernel modules', { '/etc/modules': '# x\nloop\n', '/etc/modules-load.d/a.conf': 'nf_nat' }),
      )[0]!,
      /loop, nf_nat/,
    );
    const sysctls = find('sysctl', {
      '/etc/sysctl.conf': 'net.ipv4.ip_forward=0\nvm.swappiness = 10\nkernel.sem = 250 32000  100 128\n',
      '/etc/sysctl.d/9.conf': '-net/ipv4/ip_forward = 1\nkernel.hostname = x\n',
    });
    assert.deepEqual(optionsOf(sysctls), [
      'sysctl net.ipv4.ip_forward=1',
      'sysctl kernel.sem=250 32000 100 128',
    ]);
    assert.match(texts(sysctls)[1]!, /^cannot: vm.swappiness = 10/);
    assert.match(texts(find('firewall', { '/etc/nftables.conf': 'table inet x {}' }))[0]!, /nftables.conf/);
    assert.deepEqual(find('firewall', { '/etc/nftables.conf': '#!/usr/sbin/nft\n' }), []);
  });

  it('users, jobs, devices and access control', () => {
    const users = find('users', {
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n',
      '/etc/shadow': 'root:*:1::::::\nbob:$6$x$y:1::::::\n',
      '/root/.ssh/authorized_keys': 'ssh-ed25519 AAAA\n',
    });
    assert.deepEqual(texts(users), ['works: with a password: bob', 'works: with ssh keys: root']);
    const jobs = {
      '/etc/crontab': 'SHELL=/bin/sh\n17 * * * * root x\n',
      '/var/spool/cron/crontabs/bob': '@daily y\n',
      '/etc/cron.daily/z': '',
    };
    assert.deepEqual(texts(find('cron', jobs)), [
      'works: jobs: 1 in /etc/crontab, 1 in /var/spool/cron/crontabs/bob, 1 daily',
    ]);
    assert.match(texts(find('devices', { '/etc/udev/rules.d/99-scanner.rules': 'x' }))[0]!, /udev rules/);
    assert.match(
      texts(find('access control', { '/etc/selinux/config': 'SELINUX=enforcing\n' }))[0]!,
      /SELinux enforcing/,
    );
  });

  it('licences that may be bound to the host, as guesses', () => {
    const findings = find('licences', {
      '/opt/cad/license.dat': 'SERVER cellar 0011223344ff 27000\nFEATURE x\n',
      '/etc/erp/erp.lic': 'bound to 00-11-22-33-44-55\n',
      '/usr/share/doc/license.txt': '00:11:22:33:44:55',
      '/etc/hostid': 'abcd',
    });
    assert.ok(findings.every(({ isGuess }) => isGuess));
    assert.deepEqual(texts(findings), [
      'works: /etc/hostid has a host id of its own, which stays',
      'changes: /opt/cad/license.dat: FlexLM licence for the MAC address 00:11:22:33:44:ff',
      'changes: /etc/erp/erp.lic: may be bound to the MAC address 00:11:22:33:44:55',
    ]);
    assert.match(findings[1]!.advice!, /--mac-address 00:11:22:33:44:ff/);
  });

  it('big directories, the deepest that matter', () => {
    const findings = find('size', {
      '/var/lib/mysql/ibdata': { size: 5e9 },
      '/srv/a/x': { size: 2e9 },
      '/srv/b/x': { size: 2e9 },
      '/usr/lib/big': { size: 3e9 },
    });
    assert.deepEqual(texts(findings), [
      'info: 12GB of files',
      'info: /var/lib/mysql has 5GB',
      'info: /srv has 4GB',
      'info: /srv/a has 2GB',
      'info: /srv/b has 2GB',
    ]);
  });
});
