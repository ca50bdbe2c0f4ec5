import assert from 'node:assert/strict';
import { checkFixedAddress } from '../../../../plugins/network-cni/fixedAddress.ts';

describe('a fixed address', () => {
  it('may be an address of the subnet', () =>
    assert.equal(checkFixedAddress('10.1.2.3', { subnet: '10.1.2.0/24' }), '10.1.2.3'));

  for (const address of ['10.1.3.3', '10.1.2.0', '10.1.2.1', '10.1.2.255', '::1'])
    it(`must not be ${address} in 10.1.2.0/24`, () =>
      assert.throws(() => checkFixedAddress(address, { subnet: '10.1.2.0/24' }), {
        code: 'PCH_OPTION_INVALID',
      }));
});
