import assert from 'node:assert/strict';
import {
  addressesAfter,
  addressIn,
  overlap,
  parseCidr,
  partsOf,
  textOf,
} from '../../../../plugins/network-cni/cidr.ts';

function cidr(text: string) {
  const parsed = parseCidr(text);
  assert.ok(parsed, text);
  return parsed;
}

describe('network-cni: cidr', () => {
  it('parses networks and addresses and clears host bits', () => {
    assert.equal(textOf(cidr('10.1.2.3/8')), '10.0.0.0/8');
    assert.equal(textOf(cidr('fd00:0:0::5:1/64')), 'fd00::/64');
    assert.equal(textOf(cidr('::ffff:1.2.3.4')), '::ffff:102:304/128');
    assert.equal(cidr('192.0.2.7').prefix, 32);
  });

  for (const text of [
    '',
    'x',
    '1.2.3',
    '1.2.3.256/8',
    '1.2.3.4/33',
    'fe80::/129',
    'fe80::1%eth0',
    '1.2.3.4/',
  ]) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseCidr(text), undefined);
    });
  }

  it('detects a network inside another, in both directions', () => {
    assert.equal(overlap(cidr('10.0.0.0/8'), cidr('10.200.1.0/24')), true);
    assert.equal(overlap(cidr('192.168.255.0/24'), cidr('192.168.0.0/16')), true);
    assert.equal(overlap(cidr('0.0.0.0/0'), cidr('203.0.113.0/24')), true);
  });

  it('compares networks of one family', () => {
    assert.equal(overlap(cidr('fd00::/48'), cidr('fd00::5:0/112')), true);
    assert.equal(overlap(cidr('fd00::/64'), cidr('fd00:0:0:1::/64')), false);
    assert.equal(overlap(cidr('0.0.0.0/0'), cidr('::/0')), false);
  });

  it('counts addresses of IPv6', () => {
    assert.equal(addressIn(cidr('fd00::/64'), 2n ** 64n - 1n), 'fd00::ffff:ffff:ffff:ffff');
    assert.equal(addressesAfter('fd00::4', 'fd00::/64').next().value, 'fd00::5');
  });

  it('leaves reserved addresses out of the parts that containers get addresses of', () => {
    const parts = (...args: Parameters<typeof partsOf>) =>
      partsOf(...args).map(({ rangeStart, rangeEnd }) => `${rangeStart}-${rangeEnd}`);
    assert.deepEqual(parts('10.0.0.0/24', undefined, []), ['10.0.0.1-10.0.0.254']);
    assert.deepEqual(parts('10.0.0.0/24', '10.0.0.128/25', ['10.0.0.128', '10.0.0.130', '10.0.0.5']), [
      '10.0.0.129-10.0.0.129',
      '10.0.0.131-10.0.0.254',
    ]);
    assert.deepEqual(parts('fd00::/64', 'fd00::/126', ['fd00::2', 'fd00::3', 'fd00::3']), [
      'fd00::1-fd00::1',
    ]);
  });

  it('distinguishes adjacent networks', () => {
    assert.equal(overlap(cidr('10.0.0.0/25'), cidr('10.0.0.128/25')), false);
    assert.equal(overlap(cidr('172.29.0.0/16'), cidr('172.28.0.0/16')), false);
  });

  it('counts addresses, including those in the upper half of the space', () => {
    assert.equal(addressIn(cidr('172.29.0.0/16'), 1), '172.29.0.1');
    assert.equal(addressIn(cidr('223.255.255.0/24'), 254), '223.255.255.254');
  });

  it('lists the addresses of containers once each, those after the last one first', () => {
    const after = (last: string) => [...addressesAfter(last, '10.0.0.0/29')].map((ip) => ip.slice(7));
    assert.deepEqual(after('10.0.0.4'), ['5', '6', '2', '3', '4']);
    for (const last of ['', '10.0.0.1', '10.0.0.6', '192.0.2.1'])
      assert.deepEqual(after(last), ['2', '3', '4', '5', '6'], last);
  });
});
