import assert from 'node:assert/strict';
import { defineBridge } from '../../../../plugins/network-cni/created/define.ts';
import { checkBridgeOptions } from '../../../../plugins/network-cni/created/options.ts';
import type { HostFacts, NetworkAddresses, NewDriverNetwork } from '../../../../hooks/index.ts';

const facts = { network: { bridge: 'pouch0', subnet: '172.17.0.0/16' } } as HostFacts;
const wanted: NewDriverNetwork = {
  id: `0123456789ab${'c'.repeat(52)}`,
  name: 'web',
  options: {},
  internal: false,
  enableIPv6: false,
  addresses: [],
  others: [{ name: 'db', subnet: '172.18.0.0/16' }],
};
const host = {
  links: [{ name: 'eth0', kind: '', addresses: ['172.19.3.4/24', 'fd00:9::1/64'], alias: '' }],
  routes: [{ destination: '172.20.0.0/14', device: 'eth0' }],
};
const define = (more: Partial<NewDriverNetwork>) => defineBridge({ ...wanted, ...more }, facts, host);

describe('network-cni: a created bridge', () => {
  it('gets a name of its id, and the first subnet that nothing on the host overlaps', () => {
    assert.deepEqual(define({}), {
      options: { bridge: 'br-0123456789ab', subnet: '172.24.0.0/16', gateway: '172.24.0.1' },
      addresses: [{ subnet: '172.24.0.0/16', gateway: '172.24.0.1' }],
    });
  });

  it('gets a smaller subnet where the large ones are in use, and none where all are', () => {
    const others = [{ name: 'all', subnet: '172.16.0.0/12' }];
    assert.equal(define({ others }).addresses[0]?.subnet, '192.168.0.0/20');
    const full = [...others, { name: 'more', subnet: '192.168.0.0/16' }];
    assert.throws(() => define({ others: full }), { code: 'PCH_NETWORK_FULL', message: /non-overlapping/ });
  });

  it('takes addresses and Docker’s options', () => {
    const options = {
      'com.docker.network.bridge.name': 'lan0',
      'com.docker.network.driver.mtu': '1400',
      'com.docker.network.bridge.enable_icc': 'false',
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
      'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
    };
    const addresses = [{ subnet: '10.1.2.3/24', gateway: '10.1.2.9', ipRange: '10.1.2.128/25' }];
    assert.deepEqual(define({ options, addresses, internal: true }).options, {
      bridge: 'lan0',
      mtu: 1400,
      icc: false,
      ipMasq: false,
      publishAddress: '127.0.0.1',
      internal: true,
      subnet: '10.1.2.0/24',
      gateway: '10.1.2.9',
      ipRange: '10.1.2.128/25',
    });
  });

  it('has an IPv6 subnet, ranges and addresses of others beside the IPv4 one', () => {
    const six = { subnet: 'FD00:1::/64', ipRange: 'fd00:1::/80', reserved: { a: 'fd00:1::1' } };
    const four = { subnet: '10.1.2.0/24', reserved: { b: '10.1.2.9' } };
    assert.deepEqual(define({ enableIPv6: true, addresses: [six, four] }), {
      options: {
        bridge: 'br-0123456789ab',
        subnet: '10.1.2.0/24',
        gateway: '10.1.2.1',
        subnet6: 'fd00:1::/64',
        gateway6: 'fd00:1::2',
        ipRange6: 'fd00:1::/80',
        reserved: ['10.1.2.9', 'fd00:1::1'],
      },
      addresses: [
        { subnet: '10.1.2.0/24', gateway: '10.1.2.1', reserved: { b: '10.1.2.9' } },
        { subnet: 'fd00:1::/64', gateway: 'fd00:1::2', ipRange: 'fd00:1::/80', reserved: { a: 'fd00:1::1' } },
      ],
    });
    assert.equal(define({ enableIPv6: true, addresses: [six] }).addresses[0]!.subnet, '172.24.0.0/16');
  });

  const refusedPairs: [string, NetworkAddresses[], RegExp][] = [
    ['IPv6 without a subnet of it', [], /non-overlapping IPv6 address pool/],
    ['two IPv4 subnets', [{ subnet: '10.1.0.0/24' }, { subnet: '10.2.0.0/24' }, { subnet: 'fd00:1::/64' }], /support multiple subnets/],
    ['two IPv6 subnets', [{ subnet: 'fd00:1::/64' }, { subnet: 'fd00:2::/64' }], /support multiple subnets/],
    ['subnets of its own that overlap', [{ subnet: 'fd00:1::/64' }, { subnet: 'fd00:1::/80' }], /Pool overlaps.*same network/],
    ['the IPv6 subnet of the host', [{ subnet: 'fd00:9::5:0/112' }], /Pool overlaps.*of the interface eth0/],
    ['a huge IPv6 subnet', [{ subnet: 'fd00::/8' }], /prefix of 16 to 125 bits/],
    ['an IPv4 gateway', [{ subnet: 'fd00:1::/64', gateway: '10.1.0.1' }], /no matching subnet for gateway/],
    ['an IPv6 gateway outside', [{ subnet: 'fd00:1::/64', gateway: 'fd00:2::1' }], /no matching subnet for gateway/],
    ['an IPv4 range', [{ subnet: 'fd00:1::/64', ipRange: '10.1.0.0/25' }], /invalid CIDR address/],
    ['an auxiliary address outside', [{ subnet: 'fd00:1::/64', reserved: { a: 'fd00:2::1' } }], /no matching subnet for aux-address/],
    ['one of the other family', [{ subnet: 'fd00:1::/64', reserved: { a: '10.1.0.1' } }], /no matching subnet for aux-address/],
    ['the gateway as one', [{ subnet: 'fd00:1::/64', gateway: 'fd00:1::5', reserved: { a: 'FD00:1:0::5' } }], /Address already in use/],
    ['one twice', [{ subnet: 'fd00:1::/64', reserved: { a: 'fd00:1::5', b: 'fd00:1::5' } }], /Address already in use/],
    ['no address', [{ subnet: 'fd00:1::/64', reserved: { a: 'x' } }], /no matching subnet for aux-address x/],
  ]; // prettier-ignore
  for (const [name, addresses, message] of refusedPairs)
    it(`refuses ${name}`, () => assert.throws(() => define({ enableIPv6: true, addresses }), { message }));

  const refused: [string, NetworkAddresses, RegExp][] = [
    ['no CIDR', { subnet: '10.1' }, /invalid CIDR address: 10\.1/],
    ['an address', { subnet: '10.1.0.0' }, /invalid CIDR address/],
    ['a tiny subnet', { subnet: '10.1.0.0/30' }, /prefix of 8 to 29/],
    ['a gateway outside', { subnet: '10.1.0.0/24', gateway: '10.2.0.1' }, /no matching subnet for gateway/],
    ['the last address', { subnet: '10.1.0.0/24', gateway: '10.1.0.255' }, /no matching subnet/],
    ['a range outside', { subnet: '10.1.0.0/24', ipRange: '10.2.0.0/25' }, /no matching subnet for range/],
    ['a larger range', { subnet: '10.1.0.0/24', ipRange: '10.1.0.0/16' }, /no matching subnet for range/],
    ['a gateway alone', { gateway: '10.1.0.1' }, /must have a corresponding subnet/],
    [
      'the subnet of a network',
      { subnet: '172.18.4.0/24' },
      /Pool overlaps.*172\.18\.0\.0\/16 of the network db/,
    ],
    ['that of the daemon', { subnet: '172.17.0.0/24' }, /of the network bridge/],
    ['that of a route', { subnet: '172.20.0.0/16' }, /of a route of eth0/],
    ['IPv6', { subnet: 'fd00::/64' }, /needs IPv6, which the network does not have/],
  ];
  for (const [name, addresses, message] of refused)
    it(`refuses ${name}`, () => assert.throws(() => define({ addresses: [addresses] }), { message }));

  it('refuses options that it does not have, bad values, and the interfaces of the host', () => {
    const option = (name: string, value: string, message: RegExp) =>
      assert.throws(() => define({ options: { [name]: value } }), { message });
    option('parent', 'eth0', /has no option "parent"/);
    option('com.docker.network.driver.mtu', 'x', /expected a number of bytes, found "x"/);
    option('com.docker.network.bridge.enable_icc', 'x', /expected true or false/);
    option('com.docker.network.bridge.name', 'a-very-long-name', /at most 15 characters/);
    option('com.docker.network.bridge.name', 'eth0', /found the interface eth0 on the host/);
  });

  it('needs a name and a subnet in pouchd.yaml, and the daemon’s own needs nothing', () => {
    checkBridgeOptions('bridge', {});
    checkBridgeOptions('lan', { bridge: 'lan0', subnet: '10.1.0.0/24' });
    const six = { subnet6: 'fd00:1::/64', gateway6: 'fd00:1::1', reserved: ['fd00:1::2', '10.1.0.2'] };
    checkBridgeOptions('lan', { bridge: 'lan0', subnet: '10.1.0.0/24', ...six });
    const alone = { bridge: 'lan0', subnet: '10.1.0.0/24', gateway6: 'fd00::1' };
    assert.throws(() => checkBridgeOptions('lan', alone), /expected the option subnet6/);
    assert.throws(() => checkBridgeOptions('lan', {}), /expected the options bridge and subnet/);
  });
});
