import assert from 'node:assert/strict';
import { isWithinNetwork, matchesPath, matchesText } from '../../../../core/contract/patterns.ts';

describe('patterns', () => {
  it('of text: * is any text', () => {
    assert.ok(matchesText('net.*.x', 'net.ipv4.conf.x'));
    assert.ok(!matchesText('net.*', 'kernel.core_pattern'));
    assert.ok(!matchesText('a*a', 'a'));
  });

  const paths: [string, string, boolean][] = [
    ['/srv/*', '/srv/a', true],
    ['/srv/*', '/srv/a/b', false],
    ['/srv/*', '/srv', false],
    ['/srv/**', '/srv/a/b', true],
    ['/srv/**', '/srv', false],
    ['/srv/**', '/srvx/a', false],
    ['/srv/*/data', '/srv/a/data', true],
    ['/srv/*/data', '/srv/a/b/data', false],
    ['/srv/home-*', '/srv/home-a', true],
    ['/srv/a', '/srv/a', true],
    ['nas:/home/*', 'nas:/home/alice', true],
    ['nas:/home/*', 'other:/home/alice', false],
    ['**', '/anything/at/all', true],
  ];
  for (const [pattern, path, expected] of paths)
    it(`of paths: ${pattern} ${expected ? 'has' : 'does not have'} ${path}`, () =>
      assert.equal(matchesPath(pattern, path), expected));

  const networks: [string, string, boolean][] = [
    ['10.0.0.0/8', '10.20.0.0/16', true],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '0.0.0.0/0', false],
    ['10.0.0.0/8', '11.0.0.0/16', false],
    ['10.0.0.0/8', 'default', false],
    ['default', 'default', true],
    ['fd00::/8', 'fd00:1::/32', true],
    ['fd00::/8', '10.0.0.0/16', false],
    ['10.0.0.0/8', '10.0.0.0/99', false],
  ];
  for (const [outer, inner, expected] of networks)
    it(`of networks: ${outer} ${expected ? 'has' : 'does not have'} ${inner}`, () =>
      assert.equal(isWithinNetwork(outer, inner), expected));
});
