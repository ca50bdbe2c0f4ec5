import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { derivedNames } from '../../config/derive.ts';
import type { Logger, NetworkAttachment, PortRequest } from '../../hooks/index.ts';
import { LocalnetRouting } from '../../plugins/network-cni/bridge/LocalnetRouting.ts';
import { BridgePreparation } from '../../plugins/network-cni/bridge/BridgePreparation.ts';
import { cniEffect, type CniEffectArgs } from '../../plugins/network-cni/effect.ts';
import { cniNetwork, type BridgeNetwork } from '../../plugins/network-cni/network.ts';
import { PortClaims } from '../../plugins/network-cni/ports/PortClaims.ts';
import { purgeNetwork } from '../../scripts/purge.ts';
import { freePort } from '../support/freePort.ts';
import { makeDaemonDirectory } from '../support/daemonDirectory.ts';

const run = promisify(execFile);
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

async function output(file: string, ...args: string[]): Promise<string> {
  return (await run(file, args)).stdout;
}

/** Reads what a TCP server says; undefined if it cannot be reached. */
function greeting(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const chunks: string[] = [];
    socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    socket.once('timeout', () => socket.destroy());
    socket.once('error', () => undefined);
    socket.once('close', () => {
      resolve(chunks.length > 0 ? chunks.join('') : undefined);
    });
  });
}

describe('network-cni on a real bridge', function () {
  this.timeout(60_000);
  // As a daemon derives them from its state, so that runs side by side do not meet.
  let root: string;
  let bridgeName: string;
  let subnet: string;
  let bridge: BridgeNetwork;
  let namespaces: string[] = [];
  let servers: ChildProcess[] = [];

  before(async () => {
    root = await makeDaemonDirectory();
    const derived = derivedNames(join(root, 'state'));
    [bridgeName, subnet] = [derived['network.bridge']!, derived['network.subnet']!];
    bridge = {
      bridge: bridgeName,
      subnet,
      mtu: 1400,
      ipMasq: true,
      ipamDir: join(root, 'ipam'),
      owner: root,
    };
  });

  afterEach(async () => {
    for (const server of servers) server.kill('SIGKILL');
    for (const netns of namespaces) await run('ip', ['netns', 'del', netns]).catch(() => undefined);
    servers = [];
    namespaces = [];
  });

  after(async () => {
    await purgeNetwork({ bridge: bridgeName, ipamDir: bridge.ipamDir });
    assert.doesNotMatch(await output('iptables-save'), new RegExp(bridgeName));
    assert.doesNotMatch(await output('ip6tables-save'), new RegExp(bridgeName));
    assert.doesNotMatch(await output('ip', '-br', 'link'), new RegExp(bridgeName));
    await rm(root, { recursive: true });
  });

  function effect() {
    return cniEffect(new BridgePreparation(silent), new PortClaims(), new LocalnetRouting());
  }

  async function argsFor(ports: PortRequest[] = [], firewall = false): Promise<CniEffectArgs> {
    const container = `${bridgeName}-c${namespaces.length}`;
    await run('ip', ['netns', 'add', container]);
    namespaces.push(container);
    const network = cniNetwork(bridge, { portmap: ports.length > 0, firewall, hairpin: true });
    const netns = `/run/netns/${container}`;
    return {
      container,
      name: container,
      netns,
      interface: 'eth0',
      binDirs: ['/usr/lib/cni', '/opt/cni/bin'],
      bridge,
      network,
      ports,
    };
  }

  function context(args: CniEffectArgs) {
    return {
      container: args.container,
      key: 'network.eth0',
      resultOf: () => undefined,
      signal: AbortSignal.timeout(30_000),
    };
  }

  /** What one container has on the host: leases, rules, host ends of veth pairs. */
  async function leftovers(container: string): Promise<string[]> {
    const leases = await readdir(join(bridge.ipamDir, bridgeName)).catch(() => []);
    const rules = (await output('iptables-save')).split('\n').filter((line) => line.includes(container));
    const veths = (await output('ip', '-br', 'link', 'show', 'master', bridgeName))
      .split('\n')
      .filter(Boolean);
    return [...leases.filter((name) => /^\d+\./.test(name)), ...rules, ...veths];
  }

  /** Serves a greeting on port 80 in the container's namespace. */
  async function serve(args: CniEffectArgs, text: string): Promise<void> {
    const script = `require('net').createServer((s) => s.end(${JSON.stringify(text)})).listen(80, () => console.log('up'))`;
    const server = spawn('ip', ['netns', 'exec', basename(args.netns), process.execPath, '-e', script]);
    servers.push(server);
    await once(server.stdout, 'data');
  }

  it('keeps the chains that other engines share while one of their containers uses them', async () => {
    const jump = ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'CNI-HOSTPORT-DNAT'].join(' ');
    const purge = `'${process.execPath}' --import '${import.meta.resolve('tsx')}' scripts/purge.ts ${bridgeName}`;
    const list = (name: string) => `iptables -t nat -S >'${join(root, name)}'`;
    const script = [
      'set -e',
      ...['DNAT', 'MASQ', 'SETMARK'].map((name) => `iptables -t nat -N CNI-HOSTPORT-${name}`),
      // Two attachments at the same time may add the same jump twice.
      ...['PREROUTING', 'OUTPUT', 'OUTPUT'].map((parent) => `iptables -t nat -A ${parent} ${jump}`),
      'iptables -t nat -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
      'iptables -t nat -A CNI-HOSTPORT-DNAT -p tcp --dport 80 -j ACCEPT',
      ...[list('used'), purge, list('kept')],
      'iptables -t nat -F CNI-HOSTPORT-DNAT',
      ...[purge, list('unused')],
    ];
    await run('unshare', ['--net', 'sh', '-c', script.join('\n')]);
    const rules = async (name: string) => await readFile(join(root, name), 'utf8');
    assert.equal(await rules('kept'), await rules('used'));
    assert.doesNotMatch(await rules('unused'), /CNI/);
  });

  it('gives an address, a gateway, a route and the MTU', async () => {
    const args = await argsFor();
    const attachment = await effect().apply(args, context(args));
    assert.equal(attachment.network, 'bridge');
    assert.equal(attachment.prefixLength, 24);
    const inside = JSON.parse(await output('ip', '-n', args.container, '-j', '-4', 'address')) as {
      ifname: string;
      mtu: number;
      operstate: string;
      addr_info: { local: string }[];
    }[];
    const eth0 = inside.find(({ ifname }) => ifname === 'eth0');
    assert.equal(eth0?.addr_info[0]?.local, attachment.ip);
    assert.equal(eth0?.mtu, 1400);
    assert.match(
      await output('ip', '-n', args.container, 'route'),
      new RegExp(`default via ${attachment.gateway}`),
    );
    await effect().undo(args, attachment, context(args));
    assert.deepEqual(await leftovers(args.container), []);
  });

  it('forwards a published port, also a picked one, until it is undone', async () => {
    const kind = effect();
    const args = await argsFor([{ containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0' }]);
    const attachment = await kind.apply(args, context(args));
    const hostPort = attachment.ports[0]?.hostPort ?? 0;
    await serve(args, 'hello');
    assert.equal(await greeting('127.0.0.1', hostPort), 'hello');
    assert.equal(await greeting(attachment.gateway ?? '', hostPort), 'hello');
    await kind.undo(args, attachment, context(args));
    assert.equal(await greeting('127.0.0.1', hostPort), undefined);
    assert.deepEqual(await leftovers(args.container), []);
  });

  it('attaches many side by side, each with its own address', async () => {
    const kind = effect();
    const all: CniEffectArgs[] = [];
    for (let n = 0; n < 8; n++)
      all.push(await argsFor([{ containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1' }]));
    const attachments = await Promise.all(all.map((args) => kind.apply(args, context(args))));
    assert.equal(new Set(attachments.map(({ ip }) => ip)).size, 8);
    assert.equal(new Set(attachments.map(({ ports }) => ports[0]?.hostPort)).size, 8);
    await Promise.all(all.map((args, n) => kind.undo(args, attachments[n], context(args))));
    for (const args of all) assert.deepEqual(await leftovers(args.container), []);
  });

  it('refuses a host port that another daemon’s container has, and gives it when that one is gone', async () => {
    const port = await freePort();
    const ports = [{ containerPort: 80, protocol: 'tcp' as const, hostIp: '0.0.0.0', hostPort: port }];
    const first = await argsFor(ports);
    const second = await argsFor(ports);
    const attachment = await effect().apply(first, context(first));
    const kind = effect();
    await assert.rejects(kind.apply(second, context(second)), {
      code: 'PCH_PORT_IN_USE',
      message: new RegExp(`${port}/tcp .* in use by the container ${first.container.slice(0, 12)}`),
    });
    await kind.undo(second, undefined, context(second));
    await effect().undo(first, attachment, context(first));
    await kind.undo(second, await kind.apply(second, context(second)), context(second));
  });

  for (const firewall of [false, true]) {
    it(`undoes an attachment whose result was lost${firewall ? ', with the firewall plugin’s rules' : ''}`, async () => {
      const kind = effect();
      const args = await argsFor([{ containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0' }], firewall);
      const { ip } = await kind.apply(args, context(args));
      await kind.undo(args, undefined, context(args));
      assert.deepEqual(await leftovers(args.container), []);
      assert.doesNotMatch(await output('iptables-save'), new RegExp(`${ip}/32`));
    });
  }

  it('finds the interfaces of its own network namespace, where /sys shows those of another', async () => {
    const module = new URL('../../hooks/hostInterfaces.ts', import.meta.url).href;
    const script = `import { hasInterface } from '${module}';
      console.log(['in-here', 'eth-nosuch'].map(hasInterface).join());`;
    const command = 'ip link add in-here type bridge && exec node --import tsx --input-type=module -e "$1"';
    assert.equal(await output('unshare', '--net', 'sh', '-c', command, 'sh', script), 'true,false\n');
  });

  it('undoes one whose namespace is gone, and one that never was, and twice', async () => {
    const kind = effect();
    const args = await argsFor([{ containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0' }]);
    const attachment: NetworkAttachment = await kind.apply(args, context(args));
    await run('ip', ['netns', 'del', args.container]);
    await kind.undo(args, attachment, context(args));
    await kind.undo(args, attachment, context(args));
    assert.deepEqual(await leftovers(args.container), []);
    const never = await argsFor();
    await kind.undo(never, undefined, context(never));
  });

  it('gives a fixed address and a fixed MAC', async () => {
    const kind = effect();
    const ip = subnet.replace('.0/24', '.77');
    const args = { ...(await argsFor()), ip, mac: '02:00:00:00:00:77' };
    const attachment = await kind.apply(args, context(args));
    assert.equal(attachment.ip, ip);
    assert.equal(attachment.mac, '02:00:00:00:00:77');
    await kind.undo(args, attachment, context(args));
  });

  it('names the other daemon when two want one bridge', async () => {
    const args = await argsFor();
    await effect().undo(args, await effect().apply(args, context(args)), context(args));
    const foreign = { ...args, bridge: { ...bridge, owner: '/srv/other' } };
    await assert.rejects(effect().apply(foreign, context(foreign)), {
      code: 'PCH_NETWORK_CLASH',
      message: new RegExp(`${bridgeName} belongs to another daemon: its alias is "pouch ${root}"`),
    });
  });

  it('names the interface when the subnet is taken', async () => {
    const args = await argsFor();
    const other = { ...args, bridge: { ...bridge, bridge: `${bridgeName}-x` } };
    await effect().undo(args, await effect().apply(args, context(args)), context(args));
    await assert.rejects(effect().apply(other, context(other)), {
      code: 'PCH_NETWORK_CLASH',
      message: new RegExp(`overlaps with .* of the interface ${bridgeName}`),
    });
  });
});
