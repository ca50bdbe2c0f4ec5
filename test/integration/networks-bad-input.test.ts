import assert from 'node:assert/strict';
import { useDaemon } from '../support/useDaemon.ts';

/** Name of a network that exists with IPv4, and with both. */
const [plain, dual] = ['badplain', 'baddual'];
const base = `198.18.${process.pid % 200}`;
const six = `fd5a:${(process.pid % 0xffff).toString(16)}:`;

const run = (...options: string[]) => ['run', '--rm', ...options, 'busybox', 'cat', '/etc/resolv.conf'];
const create = (...options: string[]) => ['network', 'create', ...options, 'bad'];

/** Each is refused with a code; what they have in common with dockerd 20.10 are the words of the message. */
const refused: Readonly<Record<string, readonly [command: string[], message: RegExp, code: string][]>> = {
  subnets: [
    [create('--subnet', `${base}.0/25`), /Pool overlaps with other one on this address space/, 'PCH_NETWORK_OVERLAP'],
    [create('--ipv6', '--subnet', `${six}:/80`), /Pool overlaps with other one on this address space/, 'PCH_NETWORK_OVERLAP'],
    [create('--ipv6', '--subnet', '::/16'), /Pool overlaps/, 'PCH_NETWORK_OVERLAP'],
    [create('--ipv6', '--subnet', '::ffff:10.1.0.0/112x'), /--subnet/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--subnet', `${base}.80/28`), /multiple subnets/, 'PCH_OPTION_INVALID'],
    [create('--subnet', '10.1.0.0/33'), /--subnet/, 'PCH_OPTION_INVALID'],
    [create('--ipv6', '--subnet', 'fd59::/129'), /--subnet/, 'PCH_OPTION_INVALID'],
    [create('--ipv6', '--subnet', 'fd59::/127'), /prefix of 16 to 125 bits/, 'PCH_OPTION_INVALID'],
    [create('--subnet', 'fd59::/64'), /needs IPv6/, 'PCH_OPTION_INVALID'],
    [create('--ipv6'), /non-overlapping IPv6 address pool/, 'PCH_NETWORK_FULL'],
  ],
  'gateways, ranges and auxiliary addresses': [
    [create('--subnet', `${base}.64/28`, '--gateway', `${base}.99`), /no matching subnet/, 'PCH_OPTION_INVALID'],
    [create('--ipv6', '--subnet', 'fd59::/64', '--gateway', 'fd58::1'), /no matching subnet/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--gateway', 'fd59::1'), /no matching subnet/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--gateway', `${base}.79`), /no matching subnet for gateway/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--ip-range', `${base}.64/27`), /no matching subnet for range/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--aux-address', `a=${base}.99`), /no matching subnet/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--aux-address', `a=${base}.70`, '--aux-address', `b=${base}.70`), /Address already in use/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--gateway', `${base}.70`, '--aux-address', `b=${base}.70`), /Address already in use/, 'PCH_OPTION_INVALID'],
    [create('--aux-address', `b=${base}.70`), /--subnet, too/, 'PCH_OPTION_INVALID'],
    [create('--subnet', `${base}.64/28`, '--ipam-driver', 'dhcp'), /IPAM driver dhcp is not supported/, 'PCH_NOT_SUPPORTED'],
  ],
  'addresses of containers': [
    [run('--network', plain, '--ip6', `${six}:9`), /has no IPv6 subnet/, 'PCH_OPTION_INVALID'],
    [run('--network', dual, '--ip6', `${six}:7`), /expected a free address/, 'PCH_OPTION_INVALID'],
    [run('--network', dual, '--ip', `${base}.23`), /expected a free address/, 'PCH_OPTION_INVALID'],
    [run('--network', dual, '--ip6', 'fd58::9'), /expected a free address/, 'PCH_OPTION_INVALID'],
    [run('--network', dual, '--ip', `${six}:9`), /an IPv4 address/, 'PCH_OPTION_INVALID'],
    [run('--network', dual, '--ip6', `${base}.24`), /an IPv6 address/, 'PCH_OPTION_INVALID'],
    [['network', 'connect', '--ip6', `${six}:9`, plain, 'badtarget'], /has no IPv6 subnet/, 'PCH_OPTION_INVALID'],
    [['network', 'connect', '--ip6', `${six}:7`, dual, 'badtarget'], /expected a free address/, 'PCH_OPTION_INVALID'],
  ],
  links: [
    [run('--link', 'nosuch'), /No such container: nosuch/, 'PCH_CONTAINER_NOT_FOUND'],
    [run('--name', 'badself', '--link', 'badself:me'), /Cannot link the container badself to itself/, 'PCH_OPTION_INVALID'],
    [run('--link', 'badtarget:'), /NAME or NAME:ALIAS/, 'PCH_OPTION_INVALID'],
    [run('--link', 'a:b:c'), /NAME or NAME:ALIAS/, 'PCH_OPTION_INVALID'],
    [run('--link', ''), /NAME or NAME:ALIAS/, 'PCH_OPTION_INVALID'],
    [run('--link', 'badtarget:a b'), /NAME or NAME:ALIAS/, 'PCH_OPTION_INVALID'],
    [run('--network', 'host', '--link', 'badtarget'), /cannot be used with links/, 'PCH_OPTION_INVALID'],
  ],
  'options of resolv.conf': [
    [run('--dns', 'foo'), /an IP address/, 'PCH_OPTION_INVALID'],
    [run('--dns', ''), /an IP address/, 'PCH_OPTION_INVALID'],
    [run('--dns-search', 'a b'), /a domain/, 'PCH_OPTION_INVALID'],
    [run('--dns-search', '-x'), /a domain/, 'PCH_OPTION_INVALID'],
    [run('--dns-search', ''), /a domain/, 'PCH_OPTION_INVALID'],
    [run('--dns-search', 'a\nnameserver 6.6.6.6'), /a domain/, 'PCH_OPTION_INVALID'],
    [run('--dns-search', 'x'.repeat(300)), /a domain/, 'PCH_OPTION_INVALID'],
    [run('--dns-option', 'a\nnameserver 6.6.6.6'), /an option of resolv\.conf/, 'PCH_OPTION_INVALID'],
  ],
}; // prettier-ignore

describe('bad input of networks', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;

  before(async () => {
    await ok('network', 'create', '--subnet', `${base}.0/28`, plain);
    const more = ['--aux-address', `x=${base}.23`, '--aux-address', `y=${six}:7`];
    await ok(
      'network',
      'create',
      '--ipv6',
      '--subnet',
      `${base}.16/28`,
      '--subnet',
      `${six}:/64`,
      ...more,
      dual,
    );
    await ok('run', '-d', '--name', 'badtarget', 'busybox', 'sleep', '999');
  });
  for (const [what, cases] of Object.entries(refused))
    it(`is refused with a code, and leaves nothing: ${what}`, async () => {
      const networks = await ok('network', 'ls', '-q');
      for (const [command, message, code] of cases) {
        const { exitCode, stderr } = await pouch(...command);
        assert.notEqual(exitCode, 0, command.join(' '));
        assert.match(stderr, message, command.join(' '));
        assert.match(stderr, new RegExp(`^code: ${code}$`, 'm'), command.join(' '));
      }
      assert.equal(await ok('network', 'ls', '-q'), networks);
      assert.equal(await ok('ps', '-a', '--format', '{{.Names}}'), 'badtarget');
    });

  it('that dockerd takes is taken: links given twice, empty and several options, no search domain', async () => {
    const links = ['--link', 'badtarget:a', '--link', 'badtarget:a', '--link', 'badtarget:b'];
    const hosts = await ok('run', '--rm', ...links, 'busybox', 'cat', '/etc/hosts');
    assert.match(hosts, /^\S+\ta /m);
    assert.match(hosts, /^\S+\tb /m);
    assert.match(
      await ok(...run('--dns-option', 'ndots:1 rotate', '--dns-option', '')),
      /^options ndots:1 rotate$/m,
    );
    assert.doesNotMatch(await ok(...run('--dns-search', '.')), /search/);
    assert.match(await ok(...run('--network', plain, '--link', 'nosuch')), /nameserver 127\.0\.0\.11/);
    await ok('rm', '-f', 'badtarget');
    await ok('network', 'rm', plain, dual);
  });
});
