import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detachFromBridge } from '../../../../plugins/network-cni/cni/bridgeDetach.ts';
import type { CniAttachment, CniNetwork, CniResult } from '../../../../plugins/network-cni/cni/types.ts';

const result: CniResult = {
  interfaces: [{ name: 'net0' }, { name: 'veth-not-here' }, { name: 'eth0', sandbox: '/proc/self/ns/net' }],
  ips: [{ address: '10.0.0.2/24' }, { address: 'fd00::2/64' }],
};

describe('network-cni: detach from a bridge without its program', () => {
  let directory: string;
  let leases: string;
  let network: CniNetwork;
  const attachment: CniAttachment = {
    containerId: 'c1',
    netns: '/proc/self/ns/net',
    interface: 'eth0',
    binDirs: [],
    runtimeConfig: {},
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-detach-'));
    leases = join(directory, 'net0');
    await mkdir(leases);
    for (const [ip, owner] of Object.entries({ '10.0.0.2': 'c1', 'fd00::2': 'c1', '10.0.0.3': 'c2' }))
      await writeFile(join(leases, ip), `${owner}\r\neth0`);
    const ipam = { type: 'host-local', dataDir: directory };
    network = { cniVersion: '1.0.0', name: 'net0', plugins: [{ type: 'bridge', bridge: 'net0', ipam }] };
  });
  afterEach(() => rm(directory, { recursive: true }));

  const detach = (of = attachment, found: CniResult | undefined = result) =>
    detachFromBridge(network, network.plugins[0]!, of, found);

  it('frees the addresses of the container and of no other one, and does nothing the second time', async () => {
    assert.equal(await detach(), true);
    assert.deepEqual(await readdir(leases), ['10.0.0.3']);
    assert.equal(await detach(), true);
  });

  it('leaves an address that another container has leased since', async () => {
    await writeFile(join(leases, '10.0.0.2'), 'c2\r\neth0');
    await detach();
    assert.deepEqual(await readdir(leases), ['10.0.0.2', '10.0.0.3']);
  });

  it('deletes no interface if the namespace is gone: another one may have the name', async () => {
    const named = { ...result, interfaces: [{ name: 'lo' }] };
    assert.equal(await detach({ ...attachment, netns: '' }, named), true);
    assert.ok(existsSync('/proc/sys/net/ipv4/conf/lo'));
  });

  it('reports an interface that cannot be removed, and keeps the lease for the next attempt', async () => {
    const named = { ...result, interfaces: [{ name: 'lo' }] };
    await assert.rejects(detach(attachment, named), {
      code: 'PCH_CNI_FAILED',
      message: /cannot remove the interface lo/,
      container: 'c1',
    });
    assert.ok(existsSync(join(leases, '10.0.0.2')));
    assert.equal(await detach(), true);
    assert.ok(!existsSync(join(leases, '10.0.0.2')));
  });

  it('keeps a lease that belongs to the container, not to the attachment', async () => {
    const addresses = [{ address: '10.0.0.2/24' }];
    network.plugins[0]!['ipam'] = { type: 'static', addresses };
    assert.equal(await detach(), true);
    assert.equal((await readdir(leases)).length, 3);
  });

  it('leaves to the plugins what an interrupted ADD has left, and what is not of the bridge', async () => {
    const cutOff: CniResult = { ips: [{ address: '10.0.0.2/32' }] };
    assert.equal(await detach(attachment, cutOff), false);
    assert.equal(await detachFromBridge(network, network.plugins[0]!, attachment, undefined), false);
    assert.equal(await detachFromBridge(network, { type: 'portmap' }, attachment, result), false);
    network.plugins[0]!['ipam'] = { type: 'dhcp' };
    assert.equal(await detach(), false);
    assert.equal((await readdir(leases)).length, 3);
  });
});
