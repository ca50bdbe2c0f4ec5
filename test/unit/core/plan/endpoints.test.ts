import assert from 'node:assert/strict';
import { endpointsOf, freeInterface } from '../../../../core/plan/endpoints.ts';
import type { NetworkFacts } from '../../../../core/networks/NetworkDrivers.ts';
import type { DraftNetwork } from '../../../../hooks/index.ts';

const facts = (name: string): NetworkFacts => ({
  name,
  driver: 'bridge',
  namespace: 'own',
  ports: true,
  isAttached: true,
  ...(name.startsWith('inner') && { internal: true }),
});
const port = { containerPort: 80, protocol: 'tcp' } as const;

function endpoints(mode: string, request: Partial<DraftNetwork['request']>) {
  const network = {
    mode,
    ports: { p: port },
    dns: [],
    dnsSearch: [],
    dnsOptions: [],
    request: { mode, ...request },
  };
  return endpointsOf({ network }, facts).map((one) => [
    one.facts.name,
    one.interface,
    one.ports.length,
    one.noDefaultRoute === undefined,
  ]);
}

describe('the networks of a container', () => {
  it('have an interface each, and the first has the default route and the ports', () => {
    assert.deepEqual(endpoints('a', { endpoints: [{ network: 'b' }, { network: 'c', interface: 'eth7' }] }), [
      ['a', 'eth0', 1, true],
      ['b', 'eth1', 0, false],
      ['c', 'eth7', 0, false],
    ]);
  });

  it('have it on the first that leads outside', () => {
    assert.deepEqual(endpoints('inner', { endpoints: [{ network: 'b' }] }), [
      ['inner', 'eth0', 0, false],
      ['b', 'eth1', 1, true],
    ]);
    assert.deepEqual(endpoints('inner', {}), [['inner', 'eth0', 0, true]]);
  });

  it('are not that of the mode once it was left, and none where another container has them', () => {
    const left = { detached: true, endpoints: [{ network: 'b', interface: 'eth1' }] };
    assert.deepEqual(endpoints('a', left), [['b', 'eth1', 1, true]]);
    assert.deepEqual(endpoints('container:x', {}), []);
  });

  it('get the first free name of an interface', () => {
    assert.equal(freeInterface(['eth0', 'eth1', undefined, 'eth3']), 'eth2');
  });
});
