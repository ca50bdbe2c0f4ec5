/** Converts a request to options of `pouch run` as YAML has them: the reverse of flagsOf.ts and requestOf.ts. */
import { limits, longOption, type LimitField, profileLabel } from '../../client/wire.ts';
import { type ContainerRequest, resourceLimitEntries } from '../../hooks/index.ts';
import { fieldOptions } from './fieldOptions.ts';
import { mountWords } from './mountWords.ts';
import { networkWords } from './networkWords.ts';
import { withSystemPaths } from './systemPaths.ts';
import { durationText, sizeText, withoutEmpty } from './texts.ts';
import type { Words } from './runOptions.ts';

type Writers = {
  readonly [Field in keyof ContainerRequest]?: (
    value: NonNullable<ContainerRequest[Field]>,
    request: ContainerRequest,
  ) => Words;
};

/**
 * Returns the words for a request, without its name and image. What has no word is left out: requests that are made of
 * the words are compared with the original.
 */
export function wordsOf(asked: ContainerRequest): Words {
  const request = withSystemPaths(asked);
  const words = Object.entries(request).map(([field, value]) => {
    if (value === undefined || value === null || silent.has(field)) return {};
    const writer = writers[field as keyof ContainerRequest] as
      ((value: unknown, request: ContainerRequest) => Words) | undefined;
    return writer ? writer(value, request) : { [fieldOptions([field])[0] ?? field]: value };
  });
  return withoutEmpty(Object.assign({}, ...words) as Words);
}

/** Fields that are not words, or that belong to another one. */
const silent: ReadonlySet<string> = new Set([
  'name',
  'id',
  'image',
  'stdinOnce',
  'consoleSize',
  'secretEnv',
  'cdiDevices',
  'maskedPaths',
  'readonlyPaths',
  'autoRemove',
]);

const writers: Writers = {
  profiles: (profiles) => ({ profiles }),
  entrypoint: ([program = ''], { entrypoint = [], command = [] }) => ({
    entrypoint: program,
    ...(entrypoint.length > 1 && { command: [...entrypoint.slice(1), ...command] }),
  }),
  command: (command, { entrypoint = [] }) => (entrypoint.length > 1 ? {} : { command }),
  env: (env, { secretEnv = [] }) => {
    const isSecret = (name: string) => secretEnv.includes(name);
    const known = Object.entries(env).filter(([, value]) => value !== undefined);
    return {
      env: Object.fromEntries(known.filter(([name]) => !isSecret(name))),
      'secret-env': Object.fromEntries(known.filter(([name]) => isSecret(name))),
    };
  },
  labels: (labels, { profiles }) => ({
    label: Object.fromEntries(Object.entries(labels).filter(([name]) => !profiles || name !== profileLabel)),
  }),
  volumes: mountWords,
  network: networkWords,
  devices: (devices, { cdiDevices = [] }) => ({ device: [...devices.map(deviceText), ...cdiDevices] }),
  securityOpt: (options) => ({
    'security-opt': options.filter((option) => !/^seccomp[=:]\s*\{/.test(option)),
  }),
  ulimits: (ulimits) => ({
    ulimit: Object.fromEntries(
      Object.entries(ulimits).map(([name, { soft, hard }]) => [
        name,
        soft === hard ? soft : `${soft}:${hard}`,
      ]),
    ),
  }),
  resources: (resources) => {
    const given = resources as Readonly<Record<string, unknown>>;
    const entries = resourceLimitEntries.map(([name, { api }]) => {
      const { option, value } = limits[api as LimitField];
      return [longOption(option).slice(2), limitText(value, given[name])] as const;
    });
    return Object.fromEntries(entries);
  },
  restart: ({ name, maximumRetryCount: most }) => ({
    restart: name === 'no' ? undefined : most > 0 ? `${name}:${most}` : name,
  }),
  boot: ({ order, delaySeconds }) => ({ 'boot-order': order, 'boot-delay': delaySeconds }),
  healthcheck: (check) => {
    const [kind, ...rest] = check.test ?? [];
    if (kind === 'NONE') return { 'no-healthcheck': true };
    const [line = ''] = rest;
    const isLine = kind === 'CMD-SHELL' && rest.length === 1 && !line.trimStart().startsWith('[');
    return {
      'health-cmd': kind === undefined ? undefined : isLine ? line : JSON.stringify(check.test),
      'health-interval': durationText(check.interval),
      'health-timeout': durationText(check.timeout),
      'health-start-period': durationText(check.startPeriod),
      'health-start-interval': durationText(check.startInterval),
      'health-retries': check.retries,
      'health-on-failure': check.onFailure,
    };
  },
  log: ({ driver, options }) => ({ 'log-driver': driver, 'log-opt': options }),
  shmSize: (bytes) => ({ 'shm-size': sizeText(bytes) }),
  diskQuota: (bytes) => ({ 'disk-quota': sizeText(bytes) }),
  rich: ({ enabled, mode, supervised = {}, ...rich }) => ({
    rich: enabled === true && mode !== undefined ? mode : enabled,
    'rich-mode': enabled === true ? undefined : mode,
    initscript: rich.initScript,
    'initscript-arg': rich.initArgs,
    initcmd: rich.initCommands,
    'init-timeout': rich.initTimeout,
    'restart-after-poweroff': rich.restartAfterPoweroff,
    nested: rich.nested,
    ...serviceWords(supervised),
  }),
  firstBoot: ({ sshKeys, sshPort, timezone }) => ({
    'ssh-key': sshKeys?.map(({ user, key }) => `${user}:${key}`),
    'ssh-port': sshPort,
    timezone,
  }),
};

type Services = NonNullable<NonNullable<ContainerRequest['rich']>['supervised']>;

function serviceWords(services: Services): Words {
  const entries = Object.entries(services);
  return {
    'rich-service': entries.map(([name, { command }]) =>
      command === undefined ? name : `${name}=${command}`,
    ),
    'rich-service-after': entries.flatMap(([name, { after }]) =>
      after ? [`${name}=${after.join(',')}`] : [],
    ),
    'rich-service-health': entries.flatMap(([name, { health }]) =>
      health === undefined ? [] : [`${name}=${health}`],
    ),
  };
}

function deviceText({ host, path = host, access = 'rwm' }: NonNullable<ContainerRequest['devices']>[number]) {
  if (path === host && access === 'rwm') return host;
  return [host, path, ...(access === 'rwm' ? [] : [access])].join(':');
}

function limitText(kind: (typeof limits)[LimitField]['value'], value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (kind) {
    case 'size':
    case 'sizeOrUnlimited':
      return sizeText(value as number);
    case 'cpus':
      return (value as number) / 1e9;
    case 'bytesPerSecond':
    case 'operationsPerSecond':
      return (value as { path: string; rate: number }[]).map(({ path, rate }) => `${path}:${rate}`);
    case 'weights':
      return (value as { path: string; weight: number }[]).map(({ path, weight }) => `${path}:${weight}`);
    default:
      return value;
  }
}
