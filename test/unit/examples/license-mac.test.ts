import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import plugin from '../../../examples/license-mac/license-mac.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { createHarness, type HarnessOptions } from '../../../testing/index.ts';

async function use(options: HarnessOptions = {}) {
  return await createHarness(plugin, { services: { containers: { list: () => [] } }, ...options });
}

const license = { labels: { license: 'erp' } };

/** What an application sees. */
async function identity(options: HarnessOptions = {}, request: object = license) {
  const harness = await use(options);
  const { draft } = await harness.plan(request);
  await harness.dispose();
  const hostid = Buffer.from(draft.files['/etc/hostid']?.content ?? '', 'base64');
  return {
    mac: draft.network.request.mac,
    hostid: (endianness() === 'LE' ? hostid.reverse() : hostid).toString('hex'),
    machineId: draft.files['/etc/machine-id']?.content,
    hostname: draft.hostname,
  };
}

describe('examples/license-mac', () => {
  it('derives an identity from the name, always the same', async () => {
    const first = await identity();
    assert.match(first.mac ?? '', /^02(:[0-9a-f]{2}){5}$/);
    assert.match(first.hostid, /^[0-9a-f]{8}$/);
    assert.match(first.machineId ?? '', /^[0-9a-f]{32}\n$/);
    assert.equal(first.hostname, 'erp');
    assert.deepEqual(await identity(), first);
    assert.notEqual((await identity({}, { labels: { license: 'crm' } })).mac, first.mac);
    assert.notEqual((await identity({ options: { site: 'lab' } })).hostid, first.hostid);
  });

  it('takes given parts, any bytes of a host id among them', async () => {
    const given = { mac: '00:50:56:a1:b2:c3', hostid: 'a8c00701' };
    const found = await identity({ options: { identities: { erp: given } } });
    assert.deepEqual({ ...found, ...given }, found);
    assert.equal(found.machineId, (await identity()).machineId);
  });

  it('what the request names takes precedence', async () => {
    const found = await identity({}, { ...license, hostname: 'box' });
    assert.equal(found.hostname, 'box');
  });

  it('leaves others as they are, and refuses names and networks that do not fit', async () => {
    const harness = await use();
    const { blame } = await harness.plan();
    assert.ok(blame.every((entry) => entry.plugin !== 'license-mac'));
    await assert.rejects(harness.plan({ labels: { license: 'a b' } }), {
      code: 'PCH_OPTION_INVALID',
      message: /label license: expected lower-case letters.*found "a b"/,
    });
    await harness.dispose();
  });

  it('refuses a MAC address that is a group’s', async () => {
    const identities = { erp: { mac: '01:50:56:a1:b2:c3' } };
    await assert.rejects(use({ options: { identities } }), /identities\.erp\.mac/);
  });

  it('refuses a second container with the identity while one runs', async () => {
    const running: ContainerRecord[] = [];
    const harness = await use({ services: { containers: { list: () => running } } });
    const container = await harness.container(license);
    const start = () => harness.call(catalogue.container.prestart, { container, netns: '' });
    running.push(container);
    await start();
    const other = await harness.container({ ...license, name: 'other' });
    running.push({ ...other, id: 'd0'.repeat(32) });
    await assert.rejects(start(), { code: 'PCH_CONFLICT', message: /license erp: .*found other/ });
    running.pop();
    await start();
    await harness.dispose();
  });
});
