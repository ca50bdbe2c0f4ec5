/** Converts what dockerd, or podman, prints of a container to the request that would make the same one. */
import { isDeepStrictEqual } from 'node:util';
import type {
  ContainerConfig,
  ContainerCreateRequest,
  EndpointSettings,
  HostConfig,
} from '../../../client/wire.ts';
import type { Inspected } from './inspected.ts';
import { isOfPodman, podmanForm } from './podmanForm.ts';
import { toContainerRequest, type Translation } from '../../../translate/index.ts';

/** @throws PouchError for what Pouch does not have */
export function dockerRequest(inspected: Inspected, image: ContainerConfig = {}): Translation {
  const container = isOfPodman(inspected) ? podmanForm(inspected) : inspected;
  const { Config, Name } = container;
  const HostConfig = hostConfigOf(container.HostConfig);
  const endpoints = endpointsOf(container);
  const body: ContainerCreateRequest = {
    ...configOf(container, image),
    Image: Config.Image ?? '',
    HostConfig,
    ...(Object.keys(endpoints).length > 0 && { NetworkingConfig: { EndpointsConfig: endpoints } }),
  };
  return toContainerRequest(body, { name: Name });
}

/** Labels of tools, which find their own containers by them. */
const toolsLabels =
  /^(com\.docker\.compose\.|com\.docker\.desktop|desktop\.docker\.io\/|io\.podman\.|PODMAN_)/;

/** A configuration without what the image has. */
function configOf({ Id, Config, HostConfig }: Inspected, image: ContainerConfig): ContainerConfig {
  const isImages = (name: keyof ContainerConfig) =>
    isDeepStrictEqual(Config[name] ?? null, image[name] ?? null);
  const own = <Name extends keyof ContainerConfig>(name: Name) =>
    isImages(name) || !isSet(Config[name]) ? {} : { [name]: Config[name] };
  const { Hostname = '', Labels, Env, ExposedPorts, Volumes } = Config;
  const imageEnv = new Set(image.Env ?? []);
  // An entrypoint of its own takes the image's command away.
  const command = isImages('Entrypoint') ? own('Cmd') : { Cmd: Config.Cmd ?? null };
  return {
    ...own('Entrypoint'),
    ...command,
    ...own('WorkingDir'),
    ...own('User'),
    ...own('StopSignal'),
    ...own('StopTimeout'),
    ...own('Healthcheck'),
    ...own('Domainname'),
    ...own('Tty'),
    ...own('OpenStdin'),
    ...own('MacAddress'),
    ...(hasOwnHostname({ Id, HostConfig, Hostname }) && { Hostname }),
    Env: (Env ?? []).filter((entry) => !imageEnv.has(entry)),
    Labels: without(Labels, (name, value) => toolsLabels.test(name) || image.Labels?.[name] === value),
    ExposedPorts: without(ExposedPorts, (port) => image.ExposedPorts?.[port] !== undefined),
    Volumes: without(Volumes, (path) => image.Volumes?.[path] !== undefined),
  };
}

/** A time of 0 is one. */
function isSet(value: unknown): boolean {
  return value === 0 || Boolean(value);
}

/** Others have the name of the host, of another container, or the first digits of their id. */
function hasOwnHostname({
  Id,
  HostConfig,
  Hostname,
}: Pick<Inspected, 'Id' | 'HostConfig'> & { Hostname: string }) {
  const { NetworkMode = '', UTSMode } = HostConfig;
  if (NetworkMode === 'host' || NetworkMode.startsWith('container:') || UTSMode === 'host') return false;
  return Hostname !== '' && !Id.startsWith(Hostname);
}

function without<Value>(
  map: Readonly<Record<string, Value>> | null | undefined,
  isLeftOut: (name: string, value: Value) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([name, value]) => !isLeftOut(name, value)));
}

/** Values that dockerd and podman fill in. */
const filledIn: Readonly<Record<string, readonly unknown[]>> = {
  NetworkMode: ['default', 'bridge', 'slirp4netns', 'pasta'],
  CgroupnsMode: ['private'],
  IpcMode: ['private', 'shareable'],
  Runtime: ['runc', 'crun', 'oci'],
  ShmSize: [64 * 1024 * 1024, 65_536_000],
  PidMode: ['private'],
  UTSMode: ['private'],
  Cgroup: ['private'],
  CgroupParent: ['user.slice', 'machine.slice'],
  OomKillDisable: [false],
  MemorySwappiness: [-1],
  ContainerIDFile: [''],
};

/** Members that say where something is on that host, or what the daemon has derived. */
const ofDaemon = ['ContainerIDFile', 'ConsoleSize', 'Isolation', 'Cgroup', 'MaskedPaths', 'ReadonlyPaths'];

function hostConfigOf(host: HostConfig): HostConfig {
  const kept = Object.fromEntries(
    Object.entries(host).filter(
      ([name, value]) => !ofDaemon.includes(name) && value !== null && !filledIn[name]?.includes(value),
    ),
  ) as HostConfig;
  const { LogConfig: log, Memory = 0, MemorySwap, MaskedPaths, ReadonlyPaths, Privileged } = host;
  const { LogConfig: _log, MemorySwap: _swap, Annotations, SecurityOpt, ...rest } = kept;
  // Privileged containers get it without a request.
  const security = (SecurityOpt ?? []).filter((option) => !Privileged || option !== 'label=disable');
  const isOwnLog =
    log?.Type !== undefined && !(isDefaultLog(log.Type) && Object.keys(log.Config ?? {}).length === 0);
  const areUnmasked = !Privileged && MaskedPaths?.length === 0 && ReadonlyPaths?.length === 0;
  const annotations = without(Annotations, (name) => /^io\.(podman|container)\./.test(name));
  return {
    ...rest,
    ...(Object.keys(annotations).length > 0 && { Annotations: annotations }),
    ...(isOwnLog && { LogConfig: log }),
    // Twice the memory is what they choose without a request.
    ...(MemorySwap && MemorySwap !== 2 * Memory && { MemorySwap }),
    ...(security.length > 0 && { SecurityOpt: security }),
    ...(areUnmasked && { MaskedPaths: [], ReadonlyPaths: [] }),
  };
}

function isDefaultLog(driver: string): boolean {
  return ['json-file', 'k8s-file', ''].includes(driver);
}

/** Networks without what their daemon has chosen. */
function endpointsOf({ Id, Name, HostConfig, NetworkSettings }: Inspected): Record<string, EndpointSettings> {
  const generated = new Set([Id.slice(0, 12), Name.replace(/^\//, '')]);
  const entries = Object.entries(NetworkSettings?.Networks ?? {}).flatMap(([network, endpoint]) => {
    if (['bridge', 'host', 'none', 'podman'].includes(network)) return [];
    const { IPAMConfig, Aliases, Links, DriverOpts, GwPriority } = endpoint;
    const aliases = (Aliases ?? []).filter((alias) => !generated.has(alias));
    const isFirst = network === HostConfig.NetworkMode;
    const own: EndpointSettings = {
      ...(IPAMConfig && { IPAMConfig }),
      ...(aliases.length > 0 && { Aliases: aliases }),
      ...(Links && { Links }),
      ...(DriverOpts && { DriverOpts }),
      ...(GwPriority && { GwPriority }),
    };
    return isFirst && Object.keys(own).length === 0 ? [] : [[network, own] as const];
  });
  return Object.fromEntries(entries);
}
