/** Options of `pouch run` for a service of a compose file. */
import { type ComposeReader, listOf, mapOf, pairsOf } from './ComposeReader.ts';

type Words = Record<string, unknown>;

export interface Service {
  readonly reader: ComposeReader;
  readonly path: readonly string[];
  /** Names of containers and networks, by their names in the file. */
  containerOf(service: string): string;
  networkOf(network: string): string;
  volumeOf(volume: string): string;
}

/** What has the same values here, by another name. */
const sameValues: Readonly<Record<string, string>> = {
  annotations: 'annotation',
  cap_add: 'cap-add',
  cap_drop: 'cap-drop',
  cgroup_parent: 'cgroup-parent',
  cpu_period: 'cpu-period',
  cpu_quota: 'cpu-quota',
  cpu_shares: 'cpu-shares',
  cpus: 'cpus',
  cpuset: 'cpuset-cpus',
  device_cgroup_rules: 'device-cgroup-rule',
  devices: 'device',
  dns: 'dns',
  dns_opt: 'dns-option',
  dns_search: 'dns-search',
  domainname: 'domainname',
  expose: 'expose',
  group_add: 'group-add',
  hostname: 'hostname',
  image: 'image',
  init: 'init',
  ipc: 'ipc',
  labels: 'label',
  mac_address: 'mac-address',
  mem_limit: 'memory',
  mem_reservation: 'memory-reservation',
  mem_swappiness: 'memory-swappiness',
  memswap_limit: 'memory-swap',
  oom_kill_disable: 'oom-kill-disable',
  oom_score_adj: 'oom-score-adj',
  pid: 'pid',
  pids_limit: 'pids-limit',
  platform: 'platform',
  privileged: 'privileged',
  read_only: 'read-only',
  restart: 'restart',
  runtime: 'runtime',
  scale: 'replicas',
  security_opt: 'security-opt',
  shm_size: 'shm-size',
  stdin_open: 'interactive',
  stop_signal: 'stop-signal',
  sysctls: 'sysctl',
  tmpfs: 'tmpfs',
  tty: 'tty',
  user: 'user',
  userns_mode: 'userns',
  uts: 'uts',
  working_dir: 'workdir',
};

const converters: Readonly<Record<string, (value: unknown, service: Service, all: Words) => Words>> = {
  command: (value, _service, { entrypoint }) =>
    value === null || value === undefined
      ? {}
      : { command: [...wordsOf(entrypoint).slice(1), ...wordsOf(value)] },
  container_name: () => ({}),
  depends_on: (value, { containerOf }) => ({
    dependsOn: Array.isArray(value)
      ? value.map((name) => containerOf(String(name)))
      : Object.fromEntries(
          Object.entries(mapOf(value)).map(([name, one]) => [
            containerOf(name),
            conditions[String(mapOf(one)['condition'])] ?? 'started',
          ]),
        ),
  }),
  deploy: (value, service) => {
    const { replicas, resources, ...others } = mapOf(value);
    for (const key of Object.keys(others)) noEquivalent(service, 'deploy', key);
    const { limits = {}, reservations = {} } = mapOf(resources);
    const { cpus, memory, pids } = mapOf(limits);
    const { memory: reserved, ...rest } = mapOf(reservations);
    for (const key of Object.keys(rest)) noEquivalent(service, 'deploy', 'resources', 'reservations', key);
    return { replicas, cpus, memory, 'pids-limit': pids, 'memory-reservation': reserved };
  },
  entrypoint: (value, _service, { command }) => {
    const [program = '', ...rest] = wordsOf(value);
    return { entrypoint: program, ...(rest.length > 0 && command === undefined && { command: rest }) };
  },
  environment: (value, service) => {
    const env = pairsOf(value);
    for (const [name, text] of Object.entries(env))
      if (text === null)
        service.reader.problem([...service.path, 'environment'], `${name}: expected a value, found none`);
    return { env: Object.fromEntries(Object.entries(env).filter(([, text]) => text !== null)) };
  },
  extra_hosts: (value) => {
    const separator = listOf(value).some((one) => String(one).includes('=')) ? '=' : ':';
    return { 'add-host': pairsOf(value, separator) };
  },
  healthcheck: (value, service) => {
    const { test, disable, interval, timeout, retries, start_period, start_interval, ...others } =
      mapOf(value);
    for (const key of Object.keys(others)) noEquivalent(service, 'healthcheck', key);
    if (disable === true) return { 'no-healthcheck': true };
    return {
      'health-cmd': Array.isArray(test) ? JSON.stringify(test) : test,
      'health-interval': interval,
      'health-timeout': timeout,
      'health-retries': retries,
      'health-start-period': start_period,
      'health-start-interval': start_interval,
    };
  },
  links: (value, { containerOf }) => ({
    link: listOf(value).map((one) => String(one).replace(/^[^:]+/, containerOf)),
  }),
  logging: (value) => ({ 'log-driver': mapOf(value)['driver'], 'log-opt': mapOf(value)['options'] }),
  network_mode: (value, { containerOf }) => ({
    network: String(value).replace(/^service:(.*)$/, (_, name: string) => `container:${containerOf(name)}`),
  }),
  networks: (value, service) => {
    const given = Array.isArray(value)
      ? value.map((name) => [String(name), {}] as const)
      : Object.entries(mapOf(value));
    const [[name, first] = ['default', {}], ...others] = given;
    for (const [other] of others)
      service.reader.problem(
        [...service.path, 'networks'],
        `a container is declared with one network: connect it to ${other} by \`pouch network connect\``,
      );
    const { aliases, ipv4_address, ipv6_address, ...rest } = mapOf(first);
    for (const key of Object.keys(rest)) noEquivalent(service, 'networks', name, key);
    return {
      network: service.networkOf(name),
      'network-alias': aliases,
      ip: ipv4_address,
      ip6: ipv6_address,
    };
  },
  ports: (value, service) => ({ publish: listOf(value).map((port) => portText(port, service)) }),
  pull_policy: (value, service) => {
    if (value === 'if_not_present') return {};
    if (['always', 'missing', 'never'].includes(String(value))) return { pull: value };
    noEquivalent(service, 'pull_policy');
    return {};
  },
  profiles: (_value, { reader }) => {
    reader.notes.add('profiles of compose are left out: all services are declared');
    return {};
  },
  stop_grace_period: (value, service) => {
    const seconds = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(String(value));
    if (!seconds) noEquivalent(service, 'stop_grace_period');
    return { 'stop-timeout': seconds ? Number(seconds[1] ?? 0) * 60 + Number(seconds[2] ?? 0) : undefined };
  },
  ulimits: (value) => ({
    ulimit: Object.fromEntries(
      Object.entries(mapOf(value)).map(([name, limit]) => {
        const { soft, hard } = mapOf(limit);
        return [name, soft === undefined ? limit : `${String(soft)}:${String(hard)}`];
      }),
    ),
  }),
  volumes: (value, service) => {
    const texts = listOf(value).map((one) => volumeOf(one, service));
    return {
      volume: texts.flatMap(({ volume }) => volume ?? []),
      mount: texts.flatMap(({ mount }) => mount ?? []),
    };
  },
};

const conditions: Readonly<Record<string, string>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
};

export function composeService(all: Words, service: Service): Words {
  const converted = Object.entries(all).map(([key, value]): Words => {
    if (key.startsWith('x-')) return {};
    const same = Object.hasOwn(sameValues, key) ? sameValues[key] : undefined;
    if (same !== undefined) return { [same]: value };
    const converter = Object.hasOwn(converters, key) ? converters[key] : undefined;
    if (converter) return converter(value, service, all);
    noEquivalent(service, key);
    return {};
  });
  const isAlone = all['networks'] === undefined && all['network_mode'] === undefined;
  const network = isAlone ? { network: service.networkOf('default') } : {};
  return used(Object.assign({}, ...converted, network) as Words);
}

/** Without what has no value. */
export function used(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).filter(
      ([, value]) =>
        value !== undefined && value !== null && (typeof value !== 'object' || Object.keys(value).length > 0),
    ),
  );
}

function noEquivalent({ reader, path }: Service, ...keys: string[]): void {
  reader.problem([...path, ...keys], 'Pouch has no equivalent');
}

/** A list, or a line with the quotes of a shell. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (value === undefined || value === null) return [];
  const parts = String(value).matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return [...parts].map(([word]) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replaceAll(/\\(.)/g, '$1'),
    ),
  );
}

function portText(port: unknown, service: Service): string {
  if (typeof port !== 'object' || port === null) return String(port);
  const { target, published, protocol, host_ip, mode: _mode, name: _name, ...others } = mapOf(port);
  for (const key of Object.keys(others)) noEquivalent(service, 'ports', key);
  const parts = [host_ip, published ?? (host_ip === undefined ? undefined : ''), target];
  const text = parts.filter((part) => part !== undefined).join(':');
  return protocol === undefined ? text : `${text}/${String(protocol)}`;
}

function volumeOf(one: unknown, service: Service): { volume?: string; mount?: string } {
  const { reader } = service;
  const source = (text: string) => (/^[./~]/.test(text) ? reader.absolute(text) : service.volumeOf(text));
  if (typeof one !== 'object' || one === null) {
    const [first = '', ...rest] = String(one).split(':');
    if (first.startsWith('~'))
      reader.problem([...service.path, 'volumes'], `expected an absolute path, found ${first}`);
    return { volume: rest.length === 0 ? first : [source(first), ...rest].join(':') };
  }
  const { type, source: from, target, read_only, bind, volume, tmpfs, ...others } = mapOf(one);
  for (const key of Object.keys(others)) noEquivalent(service, 'volumes', key);
  const options = used({
    type,
    source: from === undefined ? undefined : source(String(from)),
    target,
    readonly: read_only === true ? true : undefined,
    'bind-propagation': mapOf(bind)['propagation'],
    'bind-create-src': mapOf(bind)['create_host_path'] === true ? true : undefined,
    'volume-nocopy': mapOf(volume)['nocopy'] === true ? true : undefined,
    'tmpfs-size': mapOf(tmpfs)['size'],
  });
  return {
    mount: Object.entries(options)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(','),
  };
}
