import assert from 'node:assert/strict';
import { ipamConfigs } from '../../../../client/options/ipam.ts';

type AddressFlags = Parameters<typeof ipamConfigs>[0];

const none: AddressFlags = { subnet: [], ipRange: [], gateway: [], auxAddress: [] };

describe('the subnets of `network create`', () => {
  it('get the ranges, gateways and auxiliary addresses that are in them', () => {
    const flags = {
      subnet: ['10.1.0.0/16,10.2.0.0/16', 'fd00:1::/64'],
      ipRange: ['fd00:1::/80', '10.2.3.0/24'],
      gateway: ['10.1.0.9,fd00:1::9'],
      auxAddress: ['a=10.1.0.5', 'b=fd00:1::5', 'c=10.1.0.6'],
    };
    assert.deepEqual(ipamConfigs(flags), [
      { Subnet: '10.1.0.0/16', Gateway: '10.1.0.9', AuxiliaryAddresses: { a: '10.1.0.5', c: '10.1.0.6' } },
      { Subnet: '10.2.0.0/16', IPRange: '10.2.3.0/24' },
      {
        Subnet: 'fd00:1::/64',
        IPRange: 'fd00:1::/80',
        Gateway: 'fd00:1::9',
        AuxiliaryAddresses: { b: 'fd00:1::5' },
      },
    ]);
    assert.deepEqual(ipamConfigs(none), []);
  });

  const subnet = ['10.1.0.0/16'];
  const refused: [string, Partial<AddressFlags>, RegExp][] = [
    ['text that is not a network', { subnet: ['x'] }, /--subnet/],
    ['an address', { subnet: ['10.1.0.0'] }, /--subnet/],
    ['two that overlap', { subnet: ['10.1.0.0/16', '10.1.2.0/24'] }, /overlap/],
    ['a range without a subnet', { ipRange: ['10.1.0.0/24'] }, /--subnet, too/],
    ['a gateway without one', { gateway: ['10.1.0.1'] }, /--subnet, too/],
    ['a gateway outside', { subnet, gateway: ['10.2.0.1'] }, /no matching subnet/],
    ['one of the other family', { subnet, gateway: ['fd00::1'] }, /no matching subnet/],
    ['two gateways', { subnet, gateway: ['10.1.0.1', '10.1.0.2'] }, /one gateway for each subnet/],
    ['two ranges', { subnet, ipRange: ['10.1.1.0/24', '10.1.2.0/24'] }, /one range for each subnet/],
    ['an auxiliary address outside', { subnet, auxAddress: ['a=10.2.0.1'] }, /no matching subnet/],
    ['one without a name', { subnet, auxAddress: ['10.1.0.1'] }, /KEY=VALUE/],
  ];
  for (const [name, flags, message] of refused)
    it(`refuse ${name}`, () => assert.throws(() => ipamConfigs({ ...none, ...flags }), { message }));
});
