import assert from 'node:assert/strict';
import { proxyEntryOf } from '../../../../core/portProxy/proxyEntry.ts';

describe('what the port proxy listens on for a container', () => {
  const port = { containerPort: 80, protocol: 'tcp', hostIp: '::', hostPort: 8080 };
  const entryAt = (ip: string) =>
    proxyEntryOf({
      id: 'a1',
      name: 'box',
      attachments: {
        'network.eth0': {
          network: 'bridge',
          interface: 'eth0',
          ip,
          ports: [
            { ...port, hostIp: '0.0.0.0' },
            { ...port, proxied: '::' },
          ],
        },
        other: 'result',
      },
    }).ports;

  it('is what its network driver leaves to it', () => {
    assert.deepEqual(entryAt('172.29.0.2'), [
      { protocol: 'tcp', address: '::', hostPort: 8080, target: '172.29.0.2', containerPort: 80 },
    ]);
    assert.equal(entryAt('fd00::2').length, 1);
  });

  it('leads to no address of the host’s own, whatever a driver returns', () => {
    for (const ip of [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '0:0:0:0:0:0:0:1',
      '224.0.0.1',
      'ff02::1',
      'x',
    ])
      assert.deepEqual(entryAt(ip), [], ip);
  });
});
