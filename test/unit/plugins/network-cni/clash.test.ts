import assert from 'node:assert/strict';
import { checkClashes, ownerMark } from '../../../../plugins/network-cni/bridge/clash.ts';
import type { HostLink, HostNetwork } from '../../../../plugins/network-cni/bridge/host.ts';
import type { BridgeNetwork } from '../../../../plugins/network-cni/network.ts';

const network: BridgeNetwork = {
  bridge: 'pouch0',
  subnet: '172.29.0.0/16',
  mtu: 1500,
  ipMasq: true,
  ipamDir: '/var/lib/pouch/network/ipam',
  owner: '/var/lib/pouch',
};
const eth0: HostLink = { name: 'eth0', kind: '', addresses: ['192.0.2.2/24'], alias: '' };
const ours: HostLink = {
  name: 'pouch0',
  kind: 'bridge',
  addresses: ['172.29.0.1/16'],
  alias: ownerMark('/var/lib/pouch'),
};

function host(links: HostLink[], routes: HostNetwork['routes'] = []): HostNetwork {
  return { links: [eth0, ...links], routes };
}

function refuses(found: HostNetwork, message: RegExp, wanted = network): void {
  assert.throws(
    () => {
      checkClashes(wanted, found);
    },
    { code: 'PCH_NETWORK_CLASH', message },
  );
}

describe('network-cni: clashes', () => {
  it('accepts an unused name and subnet', () => {
    checkClashes(network, host([]));
  });

  it('accepts its own bridge with its address and route', () => {
    checkClashes(network, host([ours], [{ destination: '172.29.0.0/16', device: 'pouch0' }]));
  });

  it('accepts an unmarked bridge without addresses', () => {
    checkClashes(network, host([{ ...ours, alias: '', addresses: [] }]));
  });

  it('names a bridge that has another address', () => {
    refuses(
      host([{ ...ours, addresses: ['10.9.0.1/24'] }]),
      /pouch0: expected the address 172\.29\.0\.1\/16, found 10\.9\.0\.1\/24/,
    );
  });

  it('names the daemon that owns a bridge', () => {
    refuses(host([{ ...ours, alias: ownerMark('/srv/other') }]), /its alias is "pouch \/srv\/other"/);
  });

  it('names an interface that is not a bridge', () => {
    refuses(host([{ ...ours, kind: 'veth' }]), /found the interface pouch0, which is not a bridge/);
  });

  it('names an interface whose network overlaps', () => {
    refuses(
      host([{ name: 'docker0', kind: 'bridge', addresses: ['172.29.5.1/24'], alias: '' }]),
      /172\.29\.5\.1\/24 of the interface docker0/,
    );
  });

  it('names a route that overlaps', () => {
    refuses(
      host([], [{ destination: '172.16.0.0/12', device: 'tun0' }]),
      /route 172\.16\.0\.0\/12 of the interface tun0/,
    );
  });

  it('names the expected form of a subnet', () => {
    refuses(host([]), /expected an IPv4 network/, { ...network, subnet: 'fd00::/64' });
  });
});
