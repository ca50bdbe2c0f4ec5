import assert from 'node:assert/strict';
import { networkFacts, networksOf, OwnedNetworkDriver } from '../../../../core/networks/NetworkDrivers.ts';
import type { Generation } from '../../../../core/plugins/index.ts';
import { type NetworkDriver, Type } from '../../../../hooks/index.ts';

const lan: NetworkDriver = {
  name: 'lan',
  doc: 'x',
  options: Type.Object({ vlan: Type.Integer({ default: 7 }) }),
  attach: ({ network, container }) => ({
    attach: { kind: 'k', args: { vlan: network.options['vlan'], of: container.id } },
  }),
};
const drivers: NetworkDriver[] = [
  lan,
  { name: 'none', doc: 'x' },
  { name: 'host', doc: 'x', namespace: 'host' },
];
const generation = {
  contributions: [{ plugin: 'p', contributed: { of: () => drivers } }],
} as unknown as Pick<Generation, 'contributions'>;
const named = {
  office: { driver: 'lan', options: { vlan: 3 } },
  lost: { driver: 'gone', options: {} },
};
const attachment = {
  network: { name: 'office', options: {} },
  container: { id: 'c', name: 'box', hostname: 'box', labels: {}, rich: false },
  interface: 'eth0',
  netns: '/n',
  key: 'network.eth0',
  ports: [],
};

describe('networks', () => {
  it('are those of the configuration, and drivers without options', () => {
    assert.deepEqual(
      networksOf(generation, named).map(({ name }) => name),
      ['none', 'host', 'office', 'lost'],
    );
  });

  it('have facts from their driver', () => {
    const facts = (name: string) => networkFacts(name, generation, named);
    assert.deepEqual(facts('office'), {
      name: 'office',
      driver: 'lan',
      namespace: 'own',
      ports: false,
      isAttached: true,
      options: { vlan: 3 },
    });
    assert.equal(facts('host').namespace, 'host');
    assert.equal(facts('none').isAttached, false);
  });

  it('that are unknown, or whose driver is, are errors that name what exists', () => {
    assert.throws(() => networkFacts('ofice', generation, named), {
      code: 'PCH_NETWORK_NOT_FOUND',
      hint: /office/,
    });
    // It needs options, which only pouchd.yaml can give.
    assert.throws(() => networkFacts('lan', generation, named), { code: 'PCH_NETWORK_NOT_FOUND' });
    assert.throws(() => networkFacts('lost', generation, named), { code: 'PCH_NETWORK_DRIVER_UNKNOWN' });
  });
});

describe('a network driver, called', () => {
  const owned = (driver: Partial<NetworkDriver>) => new OwnedNetworkDriver('p', { ...lan, ...driver });

  it('gets options with defaults, and returns effects', async () => {
    const effects = await owned({}).attach(attachment);
    assert.deepEqual(effects, { attach: { kind: 'k', args: { vlan: 7, of: 'c' } } });
  });

  it('is not called for bad options', async () => {
    await assert.rejects(owned({ check: () => assert.fail() }).check('office', { vlan: 'x', mtu: 1 }), {
      code: 'PCH_OPTION_INVALID',
      message:
        /^network office \(driver lan\): option mtu is unknown \(known are vlan\); option vlan must be integer/,
      hint: /network\.networks\.office\.options/,
    });
  });

  it('without an effect named attach breaks its contract', async () => {
    const attach = () => ({ cable: { kind: 'k', args: {} } });
    await assert.rejects(owned({ attach }).attach(attachment), {
      code: 'PCH_PLUGIN_CONTRACT',
      plugin: 'p',
      message: /expected an effect named attach, found cable/,
    });
    assert.deepEqual(await owned({ attach: () => ({}) }).attach(attachment), {});
  });
});
