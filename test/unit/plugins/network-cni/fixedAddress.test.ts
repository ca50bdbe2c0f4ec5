import assert from 'node:assert/strict';
import { checkFixedAddress, checkFixedAddress6 } from '../../../../plugins/network-cni/fixedAddress.ts';

describe('a fixed address', () => {
  it('may be an address of the subnet', () =>
    assert.equal(checkFixedAddress('10.1.2.3', { subnet: '10.1.2.0/24' }), '10.1.2.3'));

  it('may be an IPv6 address of a network with IPv6, in any spelling', () =>
    assert.equal(checkFixedAddress6('FD00:0::9', 'lan', { subnet: 'fd00::/64' }), 'fd00::9'));

  for (const [address, six] of [
    ['fd00::1', { subnet: 'fd00::/64' }],
    ['fd00:1::9', { subnet: 'fd00::/64' }],
    ['fd00::9', { subnet: 'fd00::/64', reserved: ['fd00::9'] }],
    ['fd00::9', undefined],
  ] as const)
    it(`must not be ${address} in ${JSON.stringify(six)}`, () =>
      assert.throws(() => checkFixedAddress6(address, 'lan', six), {
        code: 'PCH_OPTION_INVALID',
        field: 'network.ip6',
      }));

  for (const address of ['10.1.3.3', '10.1.2.0', '10.1.2.1', '10.1.2.255', '::1'])
    it(`must not be ${address} in 10.1.2.0/24`, () =>
      assert.throws(() => checkFixedAddress(address, { subnet: '10.1.2.0/24' }), {
        code: 'PCH_OPTION_INVALID',
      }));
});
