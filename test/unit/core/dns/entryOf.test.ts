import assert from 'node:assert/strict';
import { hasNames, isServed, nameEntryOf } from '../../../../core/dns/entryOf.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { record } from '../record.ts';

const id = 'c1'.repeat(32);
const webId = 'ab'.repeat(32);
const attachment = (network: string, ip: string, n: number) => ({
  [`network.eth${n}`]: { network, interface: `eth${n}`, ip, ports: [] },
});

/** In `bridge` and `web`. */
function box(resolvConf: string, aliases: string[] = []): ContainerRecord {
  return record({
    id,
    attachments: { ...attachment('bridge', '10.0.0.2', 0), ...attachment('web', '10.1.0.2', 1) },
    draft: {
      namespaces: { network: `/run/netns/${id}` },
      files: { '/etc/resolv.conf': { content: resolvConf, mode: 0o644, readonly: false } },
      network: {
        mode: 'bridge',
        ids: { web: webId },
        request: { mode: 'bridge', aliases: ['first'], endpoints: [{ network: 'web', aliases }] },
      } as unknown as ContainerRecord['draft']['network'],
    },
  });
}

const facts = { host: { resolvConf: 'nameserver 9.9.9.9' }, isVm: false, isInternal: () => false };

describe('what the resolver knows of a container', () => {
  it('is its place in created networks, with its names there', () => {
    assert.deepEqual(nameEntryOf(box('nameserver 10.9.9.9\n', ['sql']), facts), {
      container: id,
      netns: `/run/netns/${id}`,
      servers: [{ address: '10.9.9.9' }],
      endpoints: [
        { network: webId, networkName: 'web', ip: '10.1.0.2', names: ['box', id.slice(0, 12), 'sql'] },
      ],
      links: {},
    });
  });

  it('has no name that a message cannot have', () => {
    const names = nameEntryOf(box('', ['a'.repeat(64), 'a..b', '', 'x.y']), facts)?.endpoints[0]?.names;
    assert.deepEqual(names, ['box', id.slice(0, 12), 'x.y']);
  });

  it('has no servers where all networks are internal', () => {
    const entry = nameEntryOf(box('nameserver 10.9.9.9'), { ...facts, isInternal: () => true });
    assert.deepEqual(entry?.servers, []);
  });

  it('has the servers on the host’s loopback where the host has no others', () => {
    const host = { resolvConf: 'nameserver 127.0.0.1\nnameserver ::1\n' };
    assert.deepEqual(nameEntryOf(box('search x\n'), { ...facts, host })?.servers, [
      { address: '127.0.0.1', fromHost: true },
      { address: '::1', fromHost: true },
    ]);
  });

  it('is a name for others only, if it is a virtual machine', () => {
    assert.equal(nameEntryOf(box(''), { ...facts, isVm: true })?.netns, undefined);
  });

  it('does not exist for a container whose driver returns no address, which keeps the name servers of its plan', () => {
    const box2 = box('');
    assert.equal(isServed(box2), true);
    box2.attachments = { 'network.eth1': { network: 'web', interface: 'eth1', ports: [] } };
    assert.deepEqual([hasNames(box2), isServed(box2), nameEntryOf(box2, facts)], [true, false, undefined]);
  });

  it('is nothing on the networks that always exist', () => {
    const plain = record({ draft: { network: { mode: 'bridge' } as ContainerRecord['draft']['network'] } });
    assert.equal(hasNames(plain), false);
    assert.equal(nameEntryOf(plain, facts), undefined);
  });
});
