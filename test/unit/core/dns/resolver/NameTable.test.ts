import assert from 'node:assert/strict';
import type { NameEntry } from '../../../../../core/dns/protocol.ts';
import { NameTable } from '../../../../../core/dns/resolver/NameTable.ts';

/** A container with one name and address per network, `web 10.0.0.2` for example. */
function entry(container: string, networks: string[], more: Partial<NameEntry> = {}): NameEntry {
  const endpoints = networks.map((one) => {
    const [network = '', ip = '', ...aliases] = one.split(' ');
    return { network: `id of ${network}`, networkName: network, ip, names: [container, ...aliases] };
  });
  return { container, servers: [], links: {}, endpoints, ...more };
}

function tableOf(...entries: NameEntry[]): NameTable {
  const table = new NameTable();
  for (const one of entries) table.set(one);
  return table;
}

describe('the names of containers', () => {
  const shop = entry('shop', ['web 10.0.0.2']);
  const db = entry('db', ['web 10.0.0.3 sql']);

  it('are seen from the same network, in any case, with the name of the network too', () => {
    const table = tableOf(shop, db);
    for (const name of ['db', 'DB', 'sql', 'db.web', 'Sql.Web', 'shop'])
      assert.equal(table.addressesOf('shop', name)?.length, 1, name);
  });

  it('are not seen from other networks, nor by containers that are unknown', () => {
    const table = tableOf(shop, entry('db', ['lan 10.1.0.3']));
    assert.equal(table.addressesOf('shop', 'db'), undefined);
    assert.equal(table.addressesOf('nobody', 'db'), undefined);
    assert.equal(table.addressesOf('shop', 'db.lan'), undefined);
    assert.equal(table.nameOf('shop', '10.1.0.3'), undefined);
    assert.deepEqual(table.addressesOf('db', 'db'), ['10.1.0.3']);
  });

  it('have the address of the network that both share', () => {
    const table = tableOf(shop, entry('db', ['lan 10.1.0.3', 'web 10.0.0.3']));
    assert.deepEqual(table.addressesOf('shop', 'db'), ['10.0.0.3']);
  });

  it('of several containers take turns', () => {
    const table = tableOf(shop, entry('one', ['web 10.0.0.4 api']), entry('two', ['web 10.0.0.5 api']));
    const firsts = [1, 2, 3, 4].map(() => table.addressesOf('shop', 'api')?.[0]);
    assert.deepEqual(new Set(firsts), new Set(['10.0.0.4', '10.0.0.5']));
    assert.equal(firsts[0], firsts[2]);
  });

  it('follow every change', () => {
    const table = tableOf(shop, db);
    table.set(entry('db', ['web 10.0.0.9 pg']));
    assert.deepEqual(table.addressesOf('shop', 'db'), ['10.0.0.9']);
    assert.equal(table.addressesOf('shop', 'sql'), undefined);
    table.drop('db');
    assert.equal(table.addressesOf('shop', 'db'), undefined);
  });

  it('are found by their addresses, with the name of the network', () => {
    const table = tableOf(shop, db, entry('six', ['web 2001:db8::1']));
    assert.equal(table.nameOf('shop', '10.0.0.3'), 'db.web');
    assert.equal(table.nameOf('shop', '2001:0db8:0000:0000:0000:0000:0000:0001'), 'six.web');
    assert.equal(table.nameOf('shop', '10.0.0.77'), undefined);
  });

  it('by links are those of the asker alone, and stand for names', () => {
    const table = tableOf(entry('shop', ['web 10.0.0.2'], { links: { database: 'DB' } }), db);
    assert.deepEqual(table.addressesOf('shop', 'Database'), ['10.0.0.3']);
    assert.equal(table.addressesOf('db', 'database'), undefined);
  });

  it('are not those of objects', () => {
    const table = tableOf(shop);
    for (const name of ['constructor', '__proto__', 'toString', ''])
      assert.equal(table.addressesOf('shop', name), undefined);
  });
});
