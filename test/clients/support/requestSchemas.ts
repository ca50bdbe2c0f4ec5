/**
 * Requests of the Docker Engine API, version 1.47: the query parameters of each operation, and the bodies. dockerd
 * ignores what a client sends beside them, so a test that relies on it shows nothing. Fields that older versions of the
 * API had are listed, too.
 */
import { type TSchema, Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';

const text = Type.String();
const flag = Type.Boolean();
const integer = Type.Integer();
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const texts = orNull(Type.Array(text));
const labels = orNull(Type.Record(text, text));
const anything = Type.Object({});
const list = (item: TSchema) => orNull(Type.Array(item));
const map = (value: TSchema) => orNull(Type.Record(text, value));

/** Fields that a client may leave out, and no others. */
function body(fields: Record<string, TSchema>): TSchema {
  const optional = Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)]),
  );
  return Type.Object(optional, { additionalProperties: false });
}

/** The same schema for several fields. */
function each(schema: TSchema, names: string): Record<string, TSchema> {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema]));
}

const ulimits = list(body({ Name: text, Hard: integer, Soft: integer }));
const rates = list(body({ Path: text, Rate: integer }));
/** A list, or a text in versions before 1.20 and of some clients. */
const command = Type.Union([Type.Array(text), text, Type.Null()]);

const healthcheck = orNull(
  body({ Test: texts, ...each(orNull(integer), 'Interval Timeout Retries StartPeriod StartInterval') }),
);

const resources = {
  ...each(
    orNull(integer),
    'CpuShares Memory BlkioWeight CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime KernelMemory KernelMemoryTCP ' +
      'MemoryReservation MemorySwap MemorySwappiness NanoCpus PidsLimit CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth',
  ),
  ...each(text, 'CgroupParent CpusetCpus CpusetMems'),
  ...each(rates, 'BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps'),
  BlkioWeightDevice: list(body({ Path: text, Weight: integer })),
  Devices: list(body(each(text, 'PathOnHost PathInContainer CgroupPermissions'))),
  DeviceCgroupRules: texts,
  DeviceRequests: list(
    body({ Driver: text, Count: integer, DeviceIDs: texts, Capabilities: list(texts), Options: labels }),
  ),
  OomKillDisable: orNull(flag),
  Init: orNull(flag),
  Ulimits: ulimits,
};

const restartPolicy = body({ Name: text, MaximumRetryCount: integer });

const hostConfig = body({
  ...resources,
  ...each(
    texts,
    'Binds VolumesFrom CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt MaskedPaths ReadonlyPaths',
  ),
  ...each(
    text,
    'ContainerIDFile NetworkMode VolumeDriver CgroupnsMode IpcMode Cgroup PidMode UTSMode UsernsMode Runtime Isolation',
  ),
  ...each(flag, 'AutoRemove Privileged PublishAllPorts ReadonlyRootfs'),
  ...each(labels, 'Annotations StorageOpt Tmpfs Sysctls'),
  ...each(integer, 'OomScoreAdj ShmSize'),
  LogConfig: body({ Type: text, Config: labels }),
  PortBindings: map(list(body({ HostIp: text, HostPort: text }))),
  RestartPolicy: restartPolicy,
  Mounts: list(
    body({
      ...each(text, 'Type Source Target Consistency'),
      ReadOnly: flag,
      ...each(anything, 'BindOptions VolumeOptions TmpfsOptions ImageOptions'),
    }),
  ),
  ConsoleSize: orNull(Type.Array(integer, { minItems: 2, maxItems: 2 })),
});

const endpoint = orNull(
  body({
    IPAMConfig: orNull(body({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts })),
    ...each(texts, 'Links Aliases DNSNames'),
    DriverOpts: labels,
    ...each(text, 'NetworkID EndpointID Gateway IPAddress IPv6Gateway GlobalIPv6Address MacAddress'),
    // Since 1.48.
    GwPriority: integer,
    ...each(integer, 'IPPrefixLen GlobalIPv6PrefixLen'),
  }),
);

const containerConfig = {
  ...each(text, 'Hostname Domainname User Image WorkingDir MacAddress StopSignal'),
  ...each(flag, 'AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce ArgsEscaped NetworkDisabled'),
  ...each(map(anything), 'ExposedPorts Volumes'),
  ...each(texts, 'Env OnBuild Shell'),
  Cmd: command,
  Entrypoint: command,
  Labels: labels,
  StopTimeout: orNull(integer),
  Healthcheck: healthcheck,
};

const bodies: Record<string, TSchema> = {
  'POST /containers/create': body({
    ...containerConfig,
    HostConfig: orNull(hostConfig),
    NetworkingConfig: orNull(body({ EndpointsConfig: map(endpoint) })),
  }),
  'POST /containers/{id}/update': body({ ...resources, RestartPolicy: restartPolicy }),
  'POST /containers/{id}/exec': body({
    ...each(flag, 'AttachStdin AttachStdout AttachStderr Tty Privileged Detach'),
    ...each(text, 'User DetachKeys WorkingDir'),
    ...each(texts, 'Env'),
    Cmd: command,
    ConsoleSize: orNull(Type.Array(integer)),
  }),
  'POST /exec/{id}/start': body({ Detach: flag, Tty: flag, ConsoleSize: orNull(Type.Array(integer)) }),
  'POST /networks/create': body({
    ...each(text, 'Name Driver Scope'),
    ...each(orNull(flag), 'CheckDuplicate Internal Attachable Ingress ConfigOnly EnableIPv6'),
    ConfigFrom: orNull(body({ Network: text })),
    IPAM: orNull(
      body({
        Driver: orNull(text),
        Options: labels,
        Config: list(
          body({
            ...each(orNull(text), 'Subnet IPRange Gateway'),
            AuxiliaryAddresses: labels,
            AuxAddress: labels,
          }),
        ),
      }),
    ),
    Options: labels,
    Labels: labels,
  }),
  'POST /networks/{id}/connect': body({ Container: text, EndpointConfig: endpoint }),
  'POST /networks/{id}/disconnect': body({ Container: text, Force: flag }),
  'POST /volumes/create': body({
    Name: text,
    Driver: text,
    DriverOpts: labels,
    Labels: labels,
    ClusterVolumeSpec: anything,
  }),
  'POST /commit': body({ ...containerConfig }),
  'POST /auth': body(each(text, 'username password email serveraddress auth identitytoken registrytoken')),
};

/** The query parameters of operations; the others have none. */
const parameters: Record<string, string> = {
  'GET /containers/json': 'all limit size filters since before trunc_cmd',
  'POST /containers/create': 'name platform',
  'GET /containers/{id}/json': 'size',
  'GET /containers/{id}/top': 'ps_args',
  'GET /containers/{id}/logs': 'follow stdout stderr since until timestamps tail details',
  'GET /containers/{id}/stats': 'stream one-shot',
  'POST /containers/{id}/resize': 'h w',
  'POST /containers/{id}/start': 'detachKeys checkpoint checkpoint-dir',
  'POST /containers/{id}/stop': 'signal t',
  'POST /containers/{id}/restart': 'signal t',
  'POST /containers/{id}/kill': 'signal',
  'POST /containers/{id}/rename': 'name',
  'POST /containers/{id}/attach': 'detachKeys logs stream stdin stdout stderr',
  'POST /containers/{id}/wait': 'condition',
  'DELETE /containers/{id}': 'v force link',
  'HEAD /containers/{id}/archive': 'path',
  'GET /containers/{id}/archive': 'path',
  'PUT /containers/{id}/archive': 'path noOverwriteDirNonDir copyUIDGID',
  'POST /containers/prune': 'filters',
  'GET /containers/{id}/checkpoints': 'dir',
  'DELETE /containers/{id}/checkpoints/{name}': 'dir',
  'POST /exec/{id}/resize': 'h w',
  'GET /images/json': 'all filters shared-size digests manifests filter only_ids',
  'POST /build':
    'dockerfile t extrahosts remote q nocache cachefrom pull rm forcerm memory memswap cpushares cpusetcpus cpuperiod cpuquota ' +
    'buildargs shmsize squash labels networkmode platform target outputs version cpusetmems cgroupparent ulimits buildid session securityopt',
  'POST /build/prune': 'keep-storage reserved-space max-used-space min-free-space all filters',
  'POST /images/create': 'fromImage fromSrc repo tag message changes platform',
  'GET /images/{name}/json': 'manifests platform size',
  'GET /images/{name}/history': 'platform',
  'POST /images/{name}/push': 'tag platform',
  'POST /images/{name}/tag': 'repo tag force',
  'DELETE /images/{name}': 'force noprune platforms',
  'GET /images/search': 'term limit filters',
  'POST /images/prune': 'filters',
  'POST /commit': 'container repo tag comment author pause changes',
  'GET /images/{name}/get': 'platform',
  'GET /images/get': 'names platform',
  'POST /images/load': 'quiet platform',
  'GET /networks': 'filters',
  'GET /networks/{id}': 'verbose scope',
  'POST /networks/prune': 'filters',
  'GET /volumes': 'filters',
  'DELETE /volumes/{name}': 'force',
  'POST /volumes/prune': 'filters',
  'GET /events': 'since until filters',
  'GET /system/df': 'type verbose',
  'GET /plugins': 'filters',
  'DELETE /plugins/{name}': 'force',
  'GET /plugins/privileges': 'remote',
  'POST /plugins/pull': 'remote name',
};

/** Families of operations that are checked without a table of their own: Pouch refuses them. */
const unchecked =
  /^\w+ \/(swarm|nodes|services|tasks|secrets|configs|session|plugins\/\{name\}|distribution)/;

/** What clients send beside the API's names, and every engine ignores. */
const ignored: Record<string, string> = {
  // dockerode: options of its own.
  'POST /containers/{id}/attach': 'hijack',
  'POST /exec/{id}/start': 'hijack stdin',
  // docker-py: as in the path.
  'POST /containers/{id}/exec': 'Container',
};

const ajv = new Ajv({ allErrors: true, strict: false });

/** What a request has that the API does not. @param url path and query */
export function requestProblems(operation: string, url: string, content: string): string[] {
  if (unchecked.test(operation)) return [];
  const known = namesOf(operation);
  const names = [...new URL(url, 'http://docker').searchParams.keys()];
  const unknown = [...new Set(names)].filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => `the query parameter ${name} is unknown`),
    ...bodyProblems(operation, content, known),
  ];
}

/** Clients on docker-modem, such as dockerode, send members of the body in the query, too, and the other way around. */
function namesOf(operation: string): Set<string> {
  const inQuery = `${parameters[operation] ?? ''} ${ignored[operation] ?? ''}`.split(' ');
  const members = (bodies[operation]?.['properties'] ?? {}) as object;
  return new Set([...inQuery, ...Object.keys(members)]);
}

function bodyProblems(operation: string, content: string, known: ReadonlySet<string>): string[] {
  const schema = bodies[operation];
  if (!schema || content === '') return [];
  const value = parsed(content);
  const validate = ajv.compile(schema);
  if (value === null || validate(value)) return [];
  return (validate.errors ?? []).flatMap(({ keyword, instancePath, message = '', params }) => {
    // Of the alternatives of anyOf, null is not what is meant.
    if (keyword === 'anyOf' || message === 'must be null') return [];
    const { additionalProperty: name } = params as { additionalProperty?: string };
    if (name === undefined) return [`${instancePath} ${message}`.trim()];
    return instancePath === '' && known.has(name) ? [] : [`${instancePath}/${name} is unknown`];
  });
}

/** Null for what is sent to see that it is refused. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
