import { equal } from 'node:assert/strict';
import { sysctlFile } from '../../../../runlxc/spec/sysctl.ts';

describe('the file of a kernel parameter', () => {
  it('has slashes for dots', () => {
    equal(sysctlFile('net.ipv4.ip_forward'), '/proc/sys/net/ipv4/ip_forward');
  });

  it('keeps the dot of an interface name if slashes are the separators', () => {
    equal(sysctlFile('net/ipv4/conf/eth0.1/forwarding'), '/proc/sys/net/ipv4/conf/eth0.1/forwarding');
    equal(sysctlFile('net.ipv4.conf.eth0/1.forwarding'), '/proc/sys/net/ipv4/conf/eth0.1/forwarding');
  });
});
