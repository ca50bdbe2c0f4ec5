/** Options of `pouch run` for a service of a compose file. */
import { durationSeconds } from '../../client/options/duration.ts';
import type { ComposeNode } from './ComposeNode.ts';
import type { Names } from './names.ts';
import { blkioWords } from './service/blkio.ts';
import { deployWords } from './service/deploy.ts';
import { fileMountWords } from './service/fileMounts.ts';
import { gpuWords } from './service/gpus.ts';
import { healthWords } from './service/health.ts';
import { mountWords } from './service/mounts.ts';
import { serviceNetworks, withServiceName } from './service/networks.ts';
import { portText } from './service/ports.ts';
import { processWords } from './service/process.ts';
import { merged, type Words } from './words.ts';

/** What has the same values here, by its kind and another name. */
const texts: Readonly<Record<string, string>> = {
  image: 'image',
  cgroup: 'cgroupns',
  cgroup_parent: 'cgroup-parent',
  cpu_period: 'cpu-period',
  cpu_quota: 'cpu-quota',
  cpu_rt_period: 'cpu-rt-period',
  cpu_rt_runtime: 'cpu-rt-runtime',
  cpu_shares: 'cpu-shares',
  cpus: 'cpus',
  cpuset: 'cpuset-cpus',
  domainname: 'domainname',
  hostname: 'hostname',
  mac_address: 'mac-address',
  mem_limit: 'memory',
  mem_reservation: 'memory-reservation',
  mem_swappiness: 'memory-swappiness',
  memswap_limit: 'memory-swap',
  oom_score_adj: 'oom-score-adj',
  pids_limit: 'pids-limit',
  platform: 'platform',
  restart: 'restart',
  runtime: 'runtime',
  scale: 'replicas',
  shm_size: 'shm-size',
  stop_signal: 'stop-signal',
  user: 'user',
  userns_mode: 'userns',
  uts: 'uts',
  working_dir: 'workdir',
};

const lists: Readonly<Record<string, string>> = {
  cap_add: 'cap-add',
  cap_drop: 'cap-drop',
  device_cgroup_rules: 'device-cgroup-rule',
  dns: 'dns',
  dns_opt: 'dns-option',
  dns_search: 'dns-search',
  expose: 'expose',
  external_links: 'link',
  group_add: 'group-add',
  tmpfs: 'tmpfs',
};

const flags: Readonly<Record<string, string>> = {
  init: 'init',
  oom_kill_disable: 'oom-kill-disable',
  privileged: 'privileged',
  read_only: 'read-only',
  stdin_open: 'interactive',
  tty: 'tty',
};

const pairs: Readonly<Record<string, string>> = {
  annotations: 'annotation',
  labels: 'label',
  storage_opt: 'storage-opt',
  sysctls: 'sysctl',
};

const converters: Readonly<Record<string, (value: ComposeNode, names: Names) => Words>> = {
  attach: (value) => {
    value.note('left out: it is about the output of `docker compose up`');
    return {};
  },
  blkio_config: blkioWords,
  build: (value) => {
    value.problem('Pouch has no equivalent: build the image, and write its tag as `image`');
    return {};
  },
  configs: (value, { configs }) => fileMountWords(value, configs, ''),
  container_name: () => ({}),
  depends_on: dependencies,
  deploy: deployWords,
  devices: (value) => ({ device: value.items().flatMap(deviceText) }),
  env_file: (value) => {
    value.problem('Pouch has no equivalent: write its lines in `environment`, and passwords as `secret-env`');
    return {};
  },
  environment,
  extra_hosts: extraHosts,
  gpus: gpuWords,
  healthcheck: healthWords,
  ipc: (value, names) => ({ ipc: joined(value, names) }),
  links: (value, { containerOf }) => ({
    link: value.texts().map((link) => String(link).replace(/^[^:]+/, containerOf)),
  }),
  logging: (value) => ({
    'log-driver': value.get('driver').text(),
    'log-opt': value.get('options').pairs(),
  }),
  network_mode: (value, names) => ({ network: joined(value, names) }),
  networks: serviceNetworks,
  pid: (value, names) => ({ pid: joined(value, names) }),
  ports: (value) => ({ publish: value.items().flatMap(portText) }),
  profiles: (value) => {
    value.note('left out: all services are declared');
    return {};
  },
  pull_policy: pullPolicy,
  secrets: (value, { secrets }) => fileMountWords(value, secrets, '/run/secrets'),
  security_opt: (value) => ({
    'security-opt': value.texts().map((option) =>
      String(option).replace(/^(seccomp[=:])(\..*)$/, (_, kind: string, path: string) => {
        return kind + value.reader.absolute(path);
      }),
    ),
  }),
  stop_grace_period: stopTimeout,
  ulimits: (value) => ({
    ulimit: Object.fromEntries(value.entries().map(([name, limit]) => [name, ulimitText(limit)])),
  }),
  use_api_socket: (value) => {
    value.expectOnly(false);
    return {};
  },
  volumes: mountWords,
  volumes_from: (value, { containerOf }) => ({
    'volumes-from': value.texts().map((text) =>
      String(text)
        .replace(/^container:/, '')
        .replace(/^[^:]+/, (name) => (String(text).startsWith('container:') ? name : containerOf(name))),
    ),
  }),
};

/** Keys that are not in the tables stay unread. */
export function composeService(service: ComposeNode, names: Names): Words {
  const each = (table: Readonly<Record<string, string>>, read: (value: ComposeNode) => unknown): Words[] =>
    Object.entries(table)
      .filter(([key]) => service.has(key))
      .map(([key, word]) => ({ [word]: read(service.get(key)) }));
  const converted = Object.entries(converters)
    .filter(([key]) => service.has(key))
    .map(([key, convert]) => convert(service.get(key), names));
  const isAlone = !service.has('networks') && !service.has('network_mode');
  const words = [
    ...each(texts, (value) => value.text()),
    ...each(lists, (value) => value.texts()),
    ...each(flags, (value) => value.flag()),
    ...each(pairs, (value) => value.pairs()),
    processWords(service),
    ...converted,
    isAlone ? { network: names.networkOf('default') } : {},
  ];
  const all = merged(words, (problem) => service.reader.conflict(service.path, problem));
  const name = String(service.path.at(-1));
  const hasOtherName = names.containerOf(name) !== name || all['replicas'] !== undefined;
  return hasOtherName && !service.has('network_mode') ? withServiceName(all, name) : all;
}

/** `service:NAME` is the container of a service. */
function joined(value: ComposeNode, { containerOf }: Names): string | undefined {
  return value
    .string()
    ?.replace(/^service:(.*)$/, (_, service: string) => `container:${containerOf(service)}`);
}

const conditions: Readonly<Record<string, string>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
};

function dependencies(value: ComposeNode, { containerOf }: Names): Words {
  if (!value.isMap) return { dependsOn: value.texts().map((name) => containerOf(String(name))) };
  const entries = value.entries().map(([name, dependency]) => {
    dependency.get('restart').expectOnly(false, 'false');
    dependency.get('required').expectOnly(true);
    const condition = dependency.get('condition');
    const found = conditions[condition.string() ?? 'service_started'];
    if (found === undefined) condition.noEquivalent();
    return [containerOf(name), found ?? 'started'];
  });
  return { dependsOn: Object.fromEntries(entries) as Words };
}

function deviceText(device: ComposeNode): (string | number)[] {
  if (!device.isMap) return [device.text() ?? []].flat();
  const source = device.get('source').string() ?? '';
  const [target, access] = [device.get('target').text(), device.get('permissions').text()];
  return [
    [source, target ?? (access === undefined ? undefined : source), access]
      .filter((part) => part !== undefined)
      .join(':'),
  ];
}

function environment(value: ComposeNode): Words {
  const all = Object.entries(value.pairs(null));
  for (const [name, text] of all) if (text === null) value.problem(`${name}: expected a value, found none`);
  return { env: Object.fromEntries(all.filter(([, text]) => text !== null)) };
}

/** `NAME:ADDRESS`, `NAME=ADDRESS`, or a map. */
function extraHosts(value: ComposeNode): Words {
  if (!value.isMap)
    return { 'add-host': value.texts().map((text) => String(text).replace(/^([^:=]+)[:=]/, '$1:')) };
  return {
    'add-host': value
      .entries()
      .flatMap(([name, addresses]) => addresses.texts().map((address) => `${name}:${address}`)),
  };
}

function pullPolicy(value: ComposeNode): Words {
  const policy = value.string();
  if (policy === 'if_not_present') return {};
  if (policy === undefined || ['always', 'missing', 'never'].includes(policy)) return { pull: policy };
  value.noEquivalent();
  return {};
}

function stopTimeout(value: ComposeNode): Words {
  const text = value.string();
  const seconds = text === undefined ? undefined : durationSeconds(text);
  if (text !== undefined && seconds === undefined) value.problem(`expected a duration, found "${text}"`);
  return { 'stop-timeout': seconds === undefined ? undefined : Math.ceil(seconds) };
}

function ulimitText(limit: ComposeNode): string | number | undefined {
  if (!limit.isMap) return limit.text();
  const [soft, hard] = [limit.get('soft').text(), limit.get('hard').text()];
  return hard === undefined ? soft : `${soft ?? hard}:${hard}`;
}
