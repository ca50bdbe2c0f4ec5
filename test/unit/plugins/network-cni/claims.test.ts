import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { PortClaims } from '../../../../plugins/network-cni/ports/PortClaims.ts';
import type { ForwardedPort } from '../../../../plugins/network-cni/ports/forwarded.ts';
import { freePort } from '../../../support/freePort.ts';

const web = { container: 'a'.repeat(64), name: 'web' };
const other = { container: 'b'.repeat(64), name: 'other' };

function tcp(hostPort?: number, hostIp = '127.0.0.1') {
  return { containerPort: 80, protocol: 'tcp' as const, hostIp, ...(hostPort !== undefined && { hostPort }) };
}

function claimsBeside(forwarded: Omit<ForwardedPort, 'network'>[] = []): PortClaims {
  const names = new Map([['d'.repeat(64), 'known']]);
  return new PortClaims({
    forwarded: () => Promise.resolve(forwarded),
    nameOf: (container) => names.get(container),
  });
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('network-cni: port claims', () => {
  it('claims the requested port', async () => {
    const port = await freePort();
    const [published] = await claimsBeside().claim(web, [tcp(port)]);
    assert.deepEqual(published, { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1', hostPort: port });
  });

  it('picks distinct free ports', async () => {
    const published = await claimsBeside().claim(web, [tcp(), tcp(0), tcp(0)]);
    const ports = published.map(({ hostPort }) => hostPort);
    assert.equal(new Set(ports).size, 3);
    assert.ok(ports.every((port) => port > 0));
  });

  it('names the container that has the port, and claims the port after its release', async () => {
    const claims = claimsBeside();
    const port = await freePort();
    await claims.claim(web, [tcp(port, '0.0.0.0')]);
    await assert.rejects(claims.claim(other, [tcp(port)]), {
      code: 'PCH_PORT_IN_USE',
      container: other.container,
      message: `cannot publish port ${port}/tcp of the container other on 127.0.0.1: in use by the container web`,
    });
    claims.release(web.container);
    await claims.claim(other, [tcp(port)]);
  });

  it('a check rejects as a claim does, and claims nothing', async () => {
    const claims = claimsBeside();
    const port = await freePort();
    await claims.check(web, [tcp(port), tcp()]);
    await claims.claim(other, [tcp(port)]);
    await assert.rejects(claims.check(web, [tcp(port)]), {
      code: 'PCH_PORT_IN_USE',
      message: /in use by the container other$/,
    });
    const twice = await freePort();
    await assert.rejects(claims.check(web, [tcp(twice), tcp(twice)]), { code: 'PCH_PORT_IN_USE' });
    await claims.claim(web, [tcp(twice)]);
  });

  it('names a container that was attached before the daemon started', async () => {
    const port = await freePort();
    const forwarded = [{ protocol: 'tcp', hostPort: port, hostIp: '', container: 'c'.repeat(64) }];
    await assert.rejects(claimsBeside(forwarded).claim(web, [tcp(port)]), {
      code: 'PCH_PORT_IN_USE',
      message: /in use by the container cccccccccccc$/,
    });
    for (const container of ['d'.repeat(64), `${'d'.repeat(64)}.${port}tcp`])
      await assert.rejects(claimsBeside([{ ...forwarded[0]!, container }]).claim(web, [tcp(port)]), {
        message: /in use by the container known$/,
      });
  });

  it('ignores rules of the same container, which are leftovers of an interrupted start', async () => {
    const port = await freePort();
    const forwarded = [{ protocol: 'tcp', hostPort: port, hostIp: '', container: web.container }];
    await claimsBeside(forwarded).claim(web, [tcp(port)]);
  });

  it('refuses a port on which a process of the host listens', async () => {
    const { server, port } = await listen();
    try {
      await assert.rejects(claimsBeside().claim(web, [tcp(port)]), {
        code: 'PCH_PORT_IN_USE',
        message: /in use by a process of the host$/,
      });
    } finally {
      server.close();
    }
  });

  it('keeps no claim if one of several ports is refused', async () => {
    const claims = claimsBeside();
    const free = await freePort();
    const { server, port } = await listen();
    await assert.rejects(claims.claim(web, [tcp(free), tcp(port)]));
    server.close();
    await claims.claim(other, [tcp(free)]);
  });

  it('distinguishes protocols and addresses', async () => {
    const claims = claimsBeside();
    const port = await freePort();
    await claims.claim(web, [tcp(port, '127.0.0.1')]);
    await claims.claim(other, [tcp(port, '127.0.0.2'), { ...tcp(port), protocol: 'udp' }]);
  });

  it('refuses an address that the host does not have', async () => {
    await assert.rejects(claimsBeside().claim(web, [tcp(0, '203.0.113.77')]), {
      code: 'PCH_OPTION_INVALID',
      message: /203\.0\.113\.77.*EADDRNOTAVAIL/,
    });
  });

  it('gives a port to one of two concurrent requests', async () => {
    const claims = claimsBeside();
    const port = await freePort();
    const outcomes = await Promise.allSettled([
      claims.claim(web, [tcp(port)]),
      claims.claim(other, [tcp(port)]),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  describe('on IPv6', () => {
    const claims = (hasIPv6 = true) =>
      new PortClaims({ forwarded: () => Promise.resolve([]), hasIPv6: () => hasIPv6 });
    const shown = async (
      claimant: { hasIPv6?: boolean },
      hostIp: string,
      protocol: 'tcp' | 'sctp' = 'tcp',
    ) => {
      const wanted = { ...tcp(await freePort(), hostIp), protocol };
      const published = await claims().claim({ ...web, ...claimant }, [wanted]);
      return published.map(({ hostIp: address, proxied }) => [address, proxied]);
    };

    it('leaves to the proxy what no rule forwards', async () => {
      assert.deepEqual(await shown({}, ''), [
        ['0.0.0.0', undefined],
        ['::', '::'],
      ]);
      assert.deepEqual(await shown({ hasIPv6: true }, ''), [
        ['0.0.0.0', undefined],
        ['::', '::1'],
      ]);
      assert.deepEqual(await shown({}, '::1'), [['::1', '::1']]);
      assert.deepEqual(await shown({ hasIPv6: true }, '::1'), [['::1', '::1']]);
      assert.deepEqual(await shown({}, '0.0.0.0'), [['0.0.0.0', undefined]]);
      assert.deepEqual(await shown({}, '', 'sctp'), [['0.0.0.0', undefined]]);
    });

    it('publishes on IPv4 alone where the host has no IPv6', async () => {
      const [port, ...others] = await claims(false).claim(web, [tcp(await freePort(), '')]);
      assert.deepEqual([port?.hostIp, port?.proxied, others], ['0.0.0.0', undefined, []]);
    });

    it('gives one number to two containers, each with a family', async () => {
      const all = claims();
      const port = await freePort();
      await all.claim(web, [tcp(port, '0.0.0.0')]);
      await all.claim(other, [tcp(port, '::')]);
      await assert.rejects(all.claim({ container: 'c'.repeat(64), name: 'third' }, [tcp(port, '')]), {
        message: /in use by the container (web|other)$/,
      });
    });

    it('names the container for which the proxy listens', async () => {
      const port = await freePort();
      const held = { container: web.container, protocol: 'tcp', hostIp: '::1', hostPort: port };
      const all = new PortClaims({
        forwarded: () => Promise.resolve([]),
        proxied: () => [held],
        nameOf: () => 'web',
      });
      await assert.rejects(all.claim(other, [tcp(port, '::')]), { message: /in use by the container web$/ });
      await all.claim(web, [tcp(port, '::')]);
    });
  });
});
