/** Files of Pouch’s buildkitd: it uses none of the host’s. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildNetwork, DaemonContext } from '../../hooks/index.ts';
import type { Table } from './registries.ts';

export interface Places {
  socket: string;
  configuration: string;
}

export interface Settings {
  network: BuildNetwork;
  /** Path of runc or crun. */
  runtime: string;
  registries: Record<string, Table>;
  /** Bytes; 0: BuildKit’s own. */
  cacheLimit: number;
}

/** Writes them to the scratch directory of the daemon. */
export async function configure(
  { directory, scratch, cgroup }: Pick<DaemonContext, 'directory' | 'scratch' | 'cgroup'>,
  { network, runtime, registries, cacheLimit }: Settings,
): Promise<Places> {
  const socket = join(scratch, 'buildkitd.sock');
  const configuration = join(scratch, 'buildkitd.toml');
  const cni = join(scratch, 'cni');
  const joins = network.namespace !== 'none' && network.namespace !== 'host';
  if (joins) await writeCni(cni, network.namespace);
  const text = toml({
    '': { root: directory },
    grpc: { address: [`unix://${socket}`], uid: 0, gid: 0 },
    'worker.containerd': { enabled: false },
    'worker.oci': {
      enabled: true,
      binary: runtime,
      ...(cacheLimit > 0 && { gckeepstorage: cacheLimit }),
      defaultCgroupParent: cgroup,
      networkMode: joins ? 'cni' : network.namespace,
      ...(joins && { cniConfigPath: join(cni, 'pouch.conflist'), cniBinaryPath: join(cni, 'bin') }),
    },
    dns: {
      nameservers: network.nameservers,
      options: network.options,
      searchDomains: network.search,
    },
    ...registries,
  });
  await writeFile(configuration, text, { mode: 0o600 });
  return { socket, configuration };
}

/** Strings of JSON are strings of TOML. */
function toml(tables: Record<string, Table>): string {
  return Object.entries(tables)
    .flatMap(([name, settings]) => [
      ...(name === '' ? [] : [`[${name}]`]),
      ...Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
      '',
    ])
    .join('\n');
}

/**
 * BuildKit gives each RUN a network namespace of its own, and has plugins of CNI connect it. This one puts the
 * namespace of the daemon's container in its place, in the mount namespace of buildkitd.
 */
async function writeCni(directory: string, namespace: string): Promise<void> {
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true, mode: 0o700 });
  const plugins = { cniVersion: '0.4.0', name: 'pouch', plugins: [{ type: 'pouch-join' }] };
  await writeFile(join(directory, 'pouch.conflist'), JSON.stringify(plugins), { mode: 0o600 });
  const joining = cniPlugin('eth0', '0.0.0.0/0', [
    'umount "$CNI_NETNS"',
    `mount --bind ${quoted(namespace)} "$CNI_NETNS"`,
  ]);
  await writeFile(join(bin, 'pouch-join'), joining, { mode: 0o700 });
  await writeFile(join(bin, 'loopback'), cniPlugin('lo', '127.0.0.1/8', []), { mode: 0o700 });
}

/** CNI's specification 0.4.0, "Parameters" and "Result". The addresses are not used. */
function cniPlugin(name: string, address: string, commands: readonly string[]): string {
  const result = {
    cniVersion: '0.4.0',
    interfaces: [{ name, sandbox: '/pouch' }],
    ips: [{ version: '4', address, interface: 0 }],
  };
  const versions = { cniVersion: '0.4.0', supportedVersions: ['0.3.1', '0.4.0'] };
  return [
    '#!/bin/sh',
    'set -e',
    'case $CNI_COMMAND in',
    `ADD) ${[...commands, `echo ${quoted(JSON.stringify(result))}`].join('; ')} ;;`,
    `VERSION) echo ${quoted(JSON.stringify(versions))} ;;`,
    'esac',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
