import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkStore } from '../../../../core/networks/NetworkStore.ts';

import type { ContainerRecord, EngineEvent, NetworkDriver } from '../../../../hooks/index.ts';
import { Type } from '../../../../hooks/index.ts';
import { type Generation, silent } from '../../../../core/plugins/index.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the network store', () => {
  const directory = temporaryDirectory();
  /** What the driver has made on the host. */
  let host: Set<string>;
  let failing: 'create' | 'remove' | undefined;
  let containers: ContainerRecord[];
  let events: string[];
  let store: NetworkStore;

  const driver: NetworkDriver = {
    name: 'bridge',
    doc: 'x',
    standing: true,
    options: Type.Object({ subnet: Type.Optional(Type.String()) }),
    attach: () => ({ attach: { kind: 'k', args: {} } }),
    define: ({ others }) => {
      const subnet = `10.${others.length}.0.0/24`;
      return { options: { subnet }, addresses: [{ subnet }] };
    },
    create({ name }) {
      host.add(name);
      if (failing === 'create') throw new Error('no bridge');
    },
    remove({ name }) {
      if (failing === 'remove') throw new Error('no iptables');
      host.delete(name);
    },
  };
  const drivers: NetworkDriver[] = [driver, { name: 'none', doc: 'x' }];
  const plugins = {
    contributions: [{ plugin: 'p', contributed: { of: () => drivers } }],
  } as unknown as Pick<Generation, 'contributions'>;

  function newStore(): NetworkStore {
    return new NetworkStore({
      root: directory.path,
      log: silent,
      configured: () => ({ office: { driver: 'bridge', options: {} } }),
      plugins: () => plugins,
      use: (work) => work(),
      containers: () => containers,
      settled: () => Promise.resolve(),
      isBusy: () => false,
      emit: ({ action, attributes }: Omit<EngineEvent, 'timeNano'>) =>
        void events.push(`${action} ${attributes['name']}`),
    });
  }

  async function restarted(): Promise<NetworkStore> {
    store = newStore();
    await store.load();
    return store;
  }

  beforeEach(async () => {
    host = new Set();
    failing = undefined;
    containers = [];
    events = [];
    await restarted();
  });

  const files = () => readdirSync(join(directory.path, 'networks'));
  const names = () => store.list().map(({ name }) => name);

  it('keeps a network across a restart, by name, id and prefix', async () => {
    const { id } = await store.create({ name: 'web', labels: { a: 'b' } });
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.deepEqual([...host], ['web']);
    await restarted();
    assert.deepEqual(names(), ['bridge', 'none', 'office', 'web']);
    for (const ref of ['web', id, id.slice(0, 12)]) assert.equal(store.inspect(ref).labels['a'], 'b');
    assert.equal(store.nameOf(id.slice(0, 12)), 'web');
    assert.deepEqual(store.named()['web']?.options, { subnet: '10.0.0.0/24' });
    assert.deepEqual(events, ['create web']);
  });

  it('refuses an ambiguous prefix', async () => {
    for (let n = 0; n < 17; n += 1) await store.create({ name: `n${n}` });
    const digits = store.list().flatMap(({ id, predefined }) => (predefined ? [] : [id[0]!]));
    const twice = digits.find((digit, n) => digits.indexOf(digit) !== n)!;
    assert.throws(() => store.inspect(twice), { code: 'PCH_CONFLICT', message: /ambiguous/ });
  });

  it('refuses names that exist, and those of predefined networks', async () => {
    await store.create({ name: 'web' });
    const refused = async (name: string, code: string, message: RegExp) =>
      await assert.rejects(store.create({ name }), { code, message });
    await refused('web', 'PCH_CONFLICT', /network with name web already exists/);
    await refused('office', 'PCH_CONFLICT', /already exists/);
    await refused('none', 'PCH_NETWORK_PREDEFINED', /not permitted on predefined none network/);
    await refused('default', 'PCH_NAME_INVALID', /invalid network name/);
    await refused('a b', 'PCH_NAME_INVALID', /"a b"/);
    await assert.rejects(store.create({ name: 'x', driver: 'nosuch' }), {
      code: 'PCH_NETWORK_DRIVER_UNKNOWN',
    });
    await assert.rejects(store.create({ name: 'x', driver: 'none' }), {
      message: /only one instance of "none" network is allowed/,
    });
  });

  it('creates two networks at once with different subnets', async () => {
    const made = await Promise.all(['a', 'b'].map((name) => store.create({ name })));
    const subnets = made.map(({ ipam }) => ipam.addresses[0]?.subnet);
    assert.deepEqual(subnets, ['10.0.0.0/24', '10.1.0.0/24']);
  });

  it('undoes a create that fails, and creates it at the next try', async () => {
    failing = 'create';
    await assert.rejects(store.create({ name: 'web' }), /no bridge/);
    assert.deepEqual([[...host], files()], [[], []]);
    failing = undefined;
    await store.create({ name: 'web' });
  });

  it('lists a removal that fails as unfinished, refuses to use it, and repeats it', async () => {
    const { id } = await store.create({ name: 'web' });
    failing = 'remove';
    await assert.rejects(store.remove('web'), /no iptables/);
    assert.equal(store.inspect('web').unfinished, 'remove');
    assert.throws(() => store.checkUsable({ web: id }), { code: 'PCH_NETWORK_UNFINISHED' });
    failing = undefined;
    await store.remove('web');
    assert.deepEqual([[...host], files()], [[], []]);
    assert.throws(() => store.checkUsable({ web: id }), { code: 'PCH_NETWORK_NOT_FOUND' });
  });

  it('finishes at the next start what a killed daemon has begun', async () => {
    const { id } = await store.create({ name: 'web' });
    const file = join(directory.path, 'networks', `${id}.json`);
    for (const unfinished of ['create', 'remove']) {
      const stored = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...stored, unfinished }));
      await (await restarted()).recover();
      assert.deepEqual([names().includes('web'), [...host]], [false, []]);
      host.add('web');
      writeFileSync(file, JSON.stringify(stored));
    }
    await restarted();
  });

  it('sets a damaged file aside', async () => {
    mkdirSync(join(directory.path, 'networks'), { recursive: true });
    const name = `${'a'.repeat(64)}.json`;
    writeFileSync(join(directory.path, 'networks', name), '{');
    await restarted();
    assert.deepEqual(files(), [`${name}.damaged`]);
    assert.deepEqual(names(), ['bridge', 'none', 'office']);
  });

  it('keeps predefined networks, and those that containers run on', async () => {
    await assert.rejects(store.remove('bridge'), {
      code: 'PCH_NETWORK_PREDEFINED',
      message: /bridge is a pre-defined network and cannot be removed/,
    });
    await assert.rejects(store.remove('office'), { code: 'PCH_NETWORK_PREDEFINED' });
    await assert.rejects(store.remove('nosuch'), { code: 'PCH_NETWORK_NOT_FOUND' });
    const { id } = await store.create({ name: 'web' });
    const record = { id: 'c', name: 'box', draft: { network: { ids: { web: id } } } };
    const using = (status: string) =>
      (containers = [{ ...record, state: { status, pid: 1 } } as unknown as ContainerRecord]);
    using('running');
    await assert.rejects(store.remove('web'), {
      code: 'PCH_NETWORK_IN_USE',
      message: /network web id \w{64} has active endpoints: box/,
    });
    using('exited');
    assert.deepEqual(await store.prune(), []);
    containers = [];
    assert.deepEqual(await store.prune({ labels: ['x'] }), []);
    assert.deepEqual(await store.prune(), ['web']);
    assert.deepEqual(events, ['create web', 'destroy web']);
  });
});
