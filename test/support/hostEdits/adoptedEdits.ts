/** The changes of the host of test/integration/declared-adopted-host.test.ts, in their order. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Daemon } from '../useDaemon.ts';
import { type Edit, edit, type Sections, set } from './edit.ts';

const mib = 1 << 20;
/** Of the host's own network namespace. */
const otherPort = 8081;
const besideFile = ({ it }: Daemon) => join(it.dir, 'conf.d', 'tool.yaml');

const ofLimits: Edit[] = [
  edit('more memory', set('web', { memory: '48m' }), ['~ container web: change memory'], {
    web: { 'HostConfig.Memory': 48 * mib },
  }),
  edit('more processes', set('batch', { 'pids-limit': 128 }), ['~ container batch: change pids-limit']),
  edit('more of the CPUs', set('batch', { cpus: 0.75 }), ['~ container batch: change cpus'], {
    batch: { 'HostConfig.NanoCpus': 750_000_000 },
  }),
  edit('one of the CPUs', set('batch', { 'cpuset-cpus': '0', 'cpu-shares': 256 }), [
    '~ container batch: change cpu-shares cpuset-cpus',
  ]),
  edit('no limit of processes', set('batch', { 'pids-limit': -1 }), ['~ container batch: change pids-limit']),
  edit('any of the CPUs', set('batch', { 'cpuset-cpus': undefined }), [
    '± container batch: recreate cpuset-cpus',
  ]),
  edit('more files', set('worker', { ulimit: { nofile: '512:2048' } }), [
    '± container worker: recreate ulimit.nofile.hard',
  ]),
  edit('memory, and memory to share', set('batch', { memory: '64m', 'shm-size': '16m' }), [
    '± container batch: recreate memory shm-size',
  ]),
];

const ofProcesses: Edit[] = [
  edit('another variable', set('web', { env: { MODE: 'test' } }), ['~ container web: restart env.MODE']),
  edit('a label more, and another', set('web', { label: { team: 'web', tier: 'front' } }), [
    '~ container web: change label.team label.tier',
  ]),
  edit('another restart policy', set('old', { restart: 'always' }), ['~ container old: change restart'], {
    old: { 'HostConfig.RestartPolicy': { Name: 'always', MaximumRetryCount: 0 } },
  }),
  edit('fewer attempts', set('old', { restart: 'on-failure:2' }), ['~ container old: change restart'], {
    old: { 'HostConfig.RestartPolicy': { Name: 'on-failure', MaximumRetryCount: 2 } },
  }),
  edit('another signal', set('worker', { 'stop-signal': 'SIGTERM' }), [
    '± container worker: recreate stop-signal',
  ]),
  edit(
    'the same signal, and capabilities in other words',
    set('worker', { 'stop-signal': 'term', 'cap-add': ['cap_chown'] }),
    [],
  ),
  edit('another host name', set('old', { hostname: 'older' }), ['± container old: recreate hostname']),
  edit('another command', set('shop_app_1', { command: ['sleep', '999'] }), [
    '± container shop_app_1: recreate command',
  ]),
  edit('another entrypoint', set('worker', { entrypoint: 'sleep', command: ['1000'] }), [
    '± container worker: recreate entrypoint command',
  ]),
  edit('another directory and groups', set('batch', { workdir: '/tmp', 'group-add': ['20', '21'] }), [
    '± container batch: recreate group-add.21 workdir',
  ]),
  edit('no new privileges in other words', set('tool', { 'security-opt': ['no-new-privileges:true'] }), []),
  edit('another capability', set('worker', { 'cap-add': ['CHOWN', 'KILL'] }), [
    '± container worker: recreate cap-add.KILL',
  ]),
  edit('another setting of the kernel', set('batch', { sysctl: { 'net.ipv4.ip_default_ttl': '61' } }), [
    '± container batch: recreate sysctl.net.ipv4.ip_default_ttl',
  ]),
  edit('smaller logs', set('old', { 'log-opt': { 'max-size': '1m' } }), [
    '± container old: recreate log-opt.max-size',
  ]),
  edit('another check', set('web', { 'health-interval': '500ms' }), [
    '± container web: recreate health-interval',
  ]),
  edit('the image in other words', set('old', { image: 'busybox:latest' }), []),
];

const ofNetworks: Edit[] = [
  edit('one more network', (to) => void (to.networks = { ...to.networks, back: { internal: true } }), [
    '+ network back: create',
  ]),
  edit('it for one that runs', joins('batch', ['back']), ['~ container batch: change network.back']),
  edit('an alias there', joins('batch', [{ name: 'back', alias: ['jobs'] }]), [
    '~ container batch: change network.back',
  ]),
  edit('another that shares its network', set('worker', { network: 'container:batch' }), [
    '± container worker: recreate network',
  ]),
  edit('a variable of the owner of that network', set('batch', { env: { LEVEL: '1' } }), [
    '~ container worker: restart network',
    '~ container batch: restart env.LEVEL',
  ]),
  edit('what needs a new owner', set('batch', { hostname: 'jobs' }), [
    '± container worker: recreate network',
    '± container batch: recreate hostname',
  ]),
  edit(
    'the network less',
    (to, daemon) => {
      delete to.networks!['back'];
      return joins('batch', [])(to, daemon);
    },
    ['- network back: remove', '~ container batch: change network.back'],
  ),
  edit('other name servers', set('tool', { dns: ['192.0.2.54'], 'dns-search': ['example.net'] }), [
    '± container tool: recreate dns dns-search',
  ]),
  edit('another host', set('tool', { 'add-host': { gateway: '192.0.2.2' } }), [
    '± container tool: recreate add-host.gateway',
  ]),
];

/** Gives a container networks beside the first one. */
function joins(name: string, others: readonly unknown[]): Edit['change'] {
  return (to, daemon) =>
    set(name, { network: others.length === 0 ? 'bridge' : ['bridge', ...others] })(to, daemon);
}

const ofObjects: Edit[] = [
  edit('what comes first', set('web', { dependsOn: ['cache'] }), ['~ container web: change dependsOn.cache']),
  edit('a writable root', set('cache', { 'read-only': undefined }), [
    '± container cache: recreate read-only',
  ]),
  edit('less to write, and not to the host', set('cache', { tmpfs: ['/scratch:size=2m'] }), [
    '± container cache: recreate tmpfs./scratch',
  ]),
  edit(
    'the volume in other words',
    set('cache', { volume: ['/usr/share:/host:ro'], mount: ['type=volume,source=cache,target=/data'] }),
    [],
  ),
  edit('one more volume', (to) => void (to.volumes = { ...to.volumes, more: { onRemove: 'remove' } }), [
    '+ volume more: create',
  ]),
  edit('a mount of it', set('worker', { volume: ['more:/more'] }), [
    '~ container worker: change volume./more',
  ]),
  edit('it read-only', set('worker', { volume: ['more:/more:ro'] }), [
    '~ container worker: change volume./more',
  ]),
  edit(
    'neither',
    (to, daemon) => {
      delete to.volumes!['more'];
      return set('worker', { volume: undefined })(to, daemon);
    },
    ['- volume more: remove', '~ container worker: change volume./more'],
  ),
  edit('a file of its own', intoFile, []),
  edit('the old file', outOfFile, []),
  edit('a tool that is gone', ({ containers }) => void delete containers['tool'], [
    '- container tool: remove',
  ]),
];

async function intoFile({ containers }: Sections, daemon: Daemon): Promise<void> {
  await mkdir(join(daemon.it.dir, 'conf.d'), { recursive: true });
  await writeFile(besideFile(daemon), stringify({ containers: { tool: containers['tool'] } }));
  moved = containers['tool'];
  delete containers['tool'];
}

async function outOfFile({ containers }: Sections, daemon: Daemon): Promise<void> {
  await rm(besideFile(daemon));
  containers['tool'] = moved!;
}

let moved: Record<string, unknown> | undefined;

export const adoptedEdits: readonly Edit[] = [
  ...ofLimits,
  ...ofProcesses,
  edit('one more port', published('web', otherPort), [
    `~ container web: change publish.127.0.0.1:${otherPort}:80/tcp`,
  ]),
  edit('the port moved to another', moves('web', 'shop_db_1', otherPort), [
    `~ container web: change publish.127.0.0.1:${otherPort}:80/tcp`,
    `~ container shop_db_1: change publish.127.0.0.1:${otherPort}:80/tcp`,
  ]),
  ...ofNetworks,
  ...ofObjects,
];

function ports({ containers }: Sections, name: string): unknown[] {
  return [containers[name]!['publish'] ?? []].flat();
}

function published(name: string, port: number): Edit['change'] {
  return (to, daemon) => set(name, { publish: [...ports(to, name), `127.0.0.1:${port}:80`] })(to, daemon);
}

function moves(from: string, name: string, port: number): Edit['change'] {
  return (to, daemon) => {
    const left = ports(to, from).filter((one) => !String(one).includes(`:${port}:`));
    void set(from, { publish: left })(to, daemon);
    return published(name, port)(to, daemon);
  };
}
