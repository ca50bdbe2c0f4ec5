/** Lays a request over another: what both have is the later one's. */
import type { ContainerRequest, LogRequest, NetworkRequest } from '../../../hooks/request.ts';
import { mergeResources } from '../request/mergeResources.ts';
import { withoutOpposites } from './capabilities.ts';

type Request = Partial<ContainerRequest>;
type Merge<Value> = (had: Value, given: Value) => Value;

/** Maps and lists whose items have an identity merge by it; of everything else the later value replaces the earlier. */
const merges: { [Name in keyof ContainerRequest]?: Merge<NonNullable<ContainerRequest[Name]>> } = {
  env: byKey,
  labels: byKey,
  annotations: byKey,
  ulimits: byKey,
  sysctls: byKey,
  secretEnv: union,
  groups: union,
  volumesFrom: union,
  cdiDevices: union,
  deviceCgroupRules: union,
  capAdd: union,
  capDrop: union,
  devices: by(({ host, path = host }) => path),
  volumes: by(({ destination }) => destination),
  securityOpt: by((option) => option.split(/[=:]/, 1)[0] ?? ''),
  resources: mergeResources,
  log: mergeLog,
  network: mergeNetwork,
  rich: defined,
  boot: defined,
  healthcheck: defined,
  firstBoot: mergeFirstBoot,
};

/** Returns a new request; the two stay as they are. */
export function layRequest(had: Request, given: Request): Request {
  const base = { ...had, ...withoutOpposites(had, given) };
  // A container that is removed at its end does not restart.
  if (given.autoRemove && !given.restart) delete base.restart;
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const merge = merges[name as keyof ContainerRequest] as Merge<unknown> | undefined;
    const before = result[name];
    result[name] = merge && before !== undefined ? merge(before, value) : value;
  }
  return result;
}

function byKey<Value>(had: Record<string, Value>, given: Record<string, Value>): Record<string, Value> {
  return { ...had, ...given };
}

function union(had: string[], given: string[]): string[] {
  return [...new Set([...had, ...given])];
}

function by<Item>(keyOf: (item: Item) => string): Merge<Item[]> {
  return (had, given) => [...new Map([...had, ...given].map((item) => [keyOf(item), item])).values()];
}

type FirstBoot = NonNullable<ContainerRequest['firstBoot']>;

/** Keys of both open the container. */
function mergeFirstBoot(had: FirstBoot, given: FirstBoot): FirstBoot {
  const keys = [...(had.sshKeys ?? []), ...(given.sshKeys ?? [])];
  const sshKeys = [...new Map(keys.map((key) => [`${key.user}:${key.key}`, key])).values()];
  return { ...defined(had, given), ...(sshKeys.length > 0 && { sshKeys }) };
}

/** The fields that the later one has replace those of the earlier. */
function defined<Fields extends object>(had: Fields, given: Fields): Fields {
  return { ...had, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** Options belong to their driver. */
function mergeLog(had: LogRequest, given: LogRequest): LogRequest {
  const isOther = given.driver !== '' && had.driver !== '' && given.driver !== had.driver;
  return {
    driver: given.driver || had.driver,
    options: isOther ? given.options : { ...had.options, ...given.options },
  };
}

function mergeNetwork(had: NetworkRequest, given: NetworkRequest): NetworkRequest {
  const { dns, dnsSearch } = given;
  const { ports, publishAll, ...others } = had;
  // Ports cannot be published without a network of the container's own.
  const isCutOff = !['', 'default', 'bridge'].includes(given.mode) && !given.ports?.length;
  return {
    ...defined(isCutOff ? others : had, given),
    mode: given.mode || had.mode,
    // A list of networks replaces another one.
    ...(given.mode && { endpoints: given.endpoints, driverOpts: given.driverOpts }),
    // Their order has a meaning, so a list replaces the other; clients send empty ones without being asked to.
    ...(dns?.length === 0 && { dns: had.dns }),
    ...(dnsSearch?.length === 0 && { dnsSearch: had.dnsSearch }),
    dnsOptions: by<string>((option) => option.split(':', 1)[0] ?? '')(
      had.dnsOptions ?? [],
      given.dnsOptions ?? [],
    ),
    exposed: union(had.exposed ?? [], given.exposed ?? []),
    extraHosts: byKey(had.extraHosts ?? {}, given.extraHosts ?? {}),
    ports: isCutOff ? [] : mergePorts(ports ?? [], given.ports ?? []),
    ...(isCutOff ? {} : { publishAll: given.publishAll ?? publishAll }),
  };
}

type Ports = NonNullable<NetworkRequest['ports']>;

/** A later one publishes a port of the container anew. */
function mergePorts(had: Ports, given: Ports): Ports {
  const keyOf = ({ containerPort, protocol }: Ports[number]) => `${containerPort}/${protocol}`;
  const replaced = new Set(given.map(keyOf));
  return [...had.filter((port) => !replaced.has(keyOf(port))), ...given];
}
