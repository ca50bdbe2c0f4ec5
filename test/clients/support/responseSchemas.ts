/**
 * Responses of the Docker Engine API, version 1.47: names, types and which fields are always there, as clients in typed
 * languages decode them. Fields that are not listed may be anything.
 */
import { type TSchema, Type } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';

const text = Type.String();
const flag = Type.Boolean();
const integer = Type.Integer();
const texts = Type.Array(text);
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const may = (schema: TSchema) => Type.Optional(schema);
const map = (value: TSchema) => Type.Record(text, value);
const labels = map(text);
const anything = Type.Object({});

const endpoint = Type.Object({
  IPAMConfig: may(orNull(anything)),
  Links: may(orNull(texts)),
  Aliases: may(orNull(texts)),
  NetworkID: text,
  EndpointID: text,
  Gateway: text,
  IPAddress: text,
  IPPrefixLen: integer,
  IPv6Gateway: text,
  GlobalIPv6Address: text,
  GlobalIPv6PrefixLen: integer,
  MacAddress: text,
  DriverOpts: may(orNull(labels)),
});

const mountPoint = Type.Object({
  Type: text,
  Name: may(text),
  Source: text,
  Destination: text,
  Driver: may(text),
  Mode: text,
  RW: flag,
  Propagation: text,
});

const containerSummary = Type.Object({
  Id: text,
  Names: Type.Array(Type.String({ pattern: '^/' })),
  Image: text,
  ImageID: text,
  Command: text,
  Created: integer,
  Ports: Type.Array(
    Type.Object({ IP: may(text), PrivatePort: integer, PublicPort: may(integer), Type: text }),
  ),
  SizeRw: may(integer),
  SizeRootFs: may(integer),
  Labels: labels,
  State: text,
  Status: text,
  HostConfig: Type.Object({ NetworkMode: text }),
  NetworkSettings: Type.Object({ Networks: map(endpoint) }),
  Mounts: Type.Array(mountPoint),
});

const containerConfig = Type.Object({
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: orNull(texts),
  Cmd: orNull(texts),
  Image: text,
  Volumes: orNull(map(anything)),
  WorkingDir: text,
  Entrypoint: orNull(texts),
  Labels: orNull(labels),
  ExposedPorts: may(map(anything)),
  StopSignal: may(text),
  StopTimeout: may(integer),
  Shell: may(texts),
});

const hostConfig = Type.Object({
  Binds: orNull(texts),
  ContainerIDFile: text,
  LogConfig: Type.Object({ Type: text, Config: orNull(labels) }),
  NetworkMode: text,
  PortBindings: orNull(map(orNull(Type.Array(Type.Object({ HostIp: text, HostPort: text }))))),
  RestartPolicy: Type.Object({ Name: text, MaximumRetryCount: integer }),
  AutoRemove: flag,
  CapAdd: orNull(texts),
  CapDrop: orNull(texts),
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: orNull(texts),
  ShmSize: integer,
  Memory: integer,
  MemorySwap: integer,
  NanoCpus: integer,
  PidsLimit: orNull(integer),
  Ulimits: orNull(Type.Array(Type.Object({ Name: text, Hard: integer, Soft: integer }))),
  Devices: orNull(Type.Array(anything)),
  MaskedPaths: orNull(texts),
  ReadonlyPaths: orNull(texts),
});

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

const containerInspect = Type.Object({
  Id: text,
  Created: text,
  Path: text,
  Args: texts,
  State: Type.Object({
    Status: Type.Unsafe({ type: 'string', enum: states }),
    Running: flag,
    Paused: flag,
    Restarting: flag,
    OOMKilled: flag,
    Dead: flag,
    Pid: integer,
    ExitCode: integer,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
    Health: may(
      orNull(
        Type.Object({
          Status: text,
          FailingStreak: integer,
          Log: orNull(Type.Array(Type.Object({ Start: text, End: text, ExitCode: integer, Output: text }))),
        }),
      ),
    ),
  }),
  Image: text,
  ResolvConfPath: text,
  HostnamePath: text,
  HostsPath: text,
  LogPath: text,
  Name: Type.String({ pattern: '^/' }),
  RestartCount: integer,
  Driver: text,
  Platform: text,
  MountLabel: text,
  ProcessLabel: text,
  AppArmorProfile: text,
  ExecIDs: orNull(texts),
  HostConfig: hostConfig,
  GraphDriver: Type.Object({ Name: text, Data: orNull(labels) }),
  Mounts: Type.Array(mountPoint),
  Config: containerConfig,
  NetworkSettings: Type.Object({
    SandboxID: text,
    SandboxKey: text,
    Ports: orNull(map(orNull(Type.Array(Type.Object({ HostIp: text, HostPort: text }))))),
    Networks: map(endpoint),
  }),
});

const imageSummary = Type.Object({
  Id: text,
  ParentId: text,
  RepoTags: orNull(texts),
  RepoDigests: orNull(texts),
  Created: integer,
  Size: integer,
  SharedSize: integer,
  Labels: orNull(labels),
  Containers: integer,
});

const imageInspect = Type.Object({
  Id: text,
  RepoTags: texts,
  RepoDigests: texts,
  Parent: text,
  Comment: text,
  Created: text,
  Author: text,
  Architecture: text,
  Os: text,
  Size: integer,
  GraphDriver: Type.Object({ Name: text, Data: orNull(labels) }),
  RootFS: Type.Object({ Type: text, Layers: may(texts) }),
  Config: anything,
});

const volume = Type.Object({
  Name: text,
  Driver: text,
  Mountpoint: text,
  CreatedAt: may(text),
  Status: may(anything),
  Labels: orNull(labels),
  Scope: Type.Unsafe({ type: 'string', enum: ['local', 'global'] }),
  Options: orNull(labels),
});

const ipamConfig = Type.Object({
  Subnet: may(text),
  IPRange: may(text),
  Gateway: may(text),
  AuxiliaryAddresses: may(orNull(labels)),
});

const network = Type.Object({
  Name: text,
  Id: text,
  Created: text,
  Scope: text,
  Driver: text,
  EnableIPv6: flag,
  IPAM: Type.Object({ Driver: text, Options: orNull(labels), Config: orNull(Type.Array(ipamConfig)) }),
  Internal: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  Containers: may(orNull(map(anything))),
  Options: orNull(labels),
  Labels: orNull(labels),
});

const deleted = Type.Array(Type.Object({ Untagged: may(text), Deleted: may(text) }));
const id = Type.Object({ Id: text });

/** By operation, of the status that it succeeds with. */
const schemas: Record<string, TSchema> = {
  'GET /containers/json': Type.Array(containerSummary),
  'POST /containers/create': Type.Object({ Id: text, Warnings: orNull(texts) }),
  'GET /containers/{id}/json': containerInspect,
  'GET /containers/{id}/top': Type.Object({ Titles: texts, Processes: Type.Array(texts) }),
  'GET /containers/{id}/changes': orNull(
    Type.Array(Type.Object({ Path: text, Kind: Type.Integer({ minimum: 0, maximum: 2 }) })),
  ),
  'POST /containers/{id}/update': Type.Object({ Warnings: orNull(texts) }),
  'POST /containers/{id}/wait': Type.Object({
    StatusCode: integer,
    Error: may(orNull(Type.Object({ Message: text }))),
  }),
  'POST /containers/prune': Type.Object({ ContainersDeleted: orNull(texts), SpaceReclaimed: integer }),
  'POST /containers/{id}/exec': id,
  'GET /exec/{id}/json': Type.Object({
    ID: text,
    ContainerID: text,
    Running: flag,
    ExitCode: orNull(integer),
    Pid: integer,
    CanRemove: flag,
    DetachKeys: text,
    OpenStdin: flag,
    OpenStdout: flag,
    OpenStderr: flag,
    ProcessConfig: Type.Object({ tty: flag, entrypoint: text, arguments: texts }),
  }),
  'GET /images/json': Type.Array(imageSummary),
  'GET /images/{name}/json': imageInspect,
  'GET /images/{name}/history': Type.Array(
    Type.Object({
      Id: text,
      Created: integer,
      CreatedBy: text,
      Tags: orNull(texts),
      Size: integer,
      Comment: text,
    }),
  ),
  'DELETE /images/{name}': deleted,
  'POST /images/prune': Type.Object({ ImagesDeleted: orNull(deleted), SpaceReclaimed: integer }),
  'GET /images/search': Type.Array(
    Type.Object({ name: text, description: text, is_official: flag, star_count: integer }),
  ),
  'POST /commit': id,
  'GET /distribution/{name}/json': Type.Object({
    Descriptor: Type.Object({ mediaType: text, digest: text, size: integer }),
    Platforms: Type.Array(Type.Object({ architecture: text, os: text })),
  }),
  'GET /networks': Type.Array(network),
  'GET /networks/{id}': network,
  'POST /networks/create': Type.Object({ Id: text, Warning: text }),
  'POST /networks/prune': Type.Object({ NetworksDeleted: orNull(texts) }),
  'GET /volumes': Type.Object({ Volumes: orNull(Type.Array(volume)), Warnings: orNull(texts) }),
  'POST /volumes/create': volume,
  'GET /volumes/{name}': volume,
  'POST /volumes/prune': Type.Object({ VolumesDeleted: orNull(texts), SpaceReclaimed: integer }),
  'POST /auth': Type.Object({ Status: text, IdentityToken: may(text) }),
  'GET /version': Type.Object({
    Platform: Type.Object({ Name: text }),
    Components: Type.Array(Type.Object({ Name: text, Version: text, Details: may(orNull(labels)) })),
    Version: text,
    ApiVersion: text,
    MinAPIVersion: text,
    GitCommit: text,
    GoVersion: text,
    Os: text,
    Arch: text,
    KernelVersion: text,
    BuildTime: may(text),
  }),
  'GET /info': Type.Object({
    ID: text,
    Containers: integer,
    ContainersRunning: integer,
    ContainersPaused: integer,
    ContainersStopped: integer,
    Images: integer,
    Driver: text,
    DriverStatus: orNull(Type.Array(texts)),
    DockerRootDir: text,
    Plugins: Type.Object({
      Volume: orNull(texts),
      Network: orNull(texts),
      Authorization: orNull(texts),
      Log: orNull(texts),
    }),
    MemoryLimit: flag,
    SwapLimit: flag,
    PidsLimit: flag,
    IPv4Forwarding: flag,
    Debug: flag,
    NFd: integer,
    NGoroutines: integer,
    SystemTime: text,
    LoggingDriver: text,
    CgroupDriver: text,
    CgroupVersion: text,
    NEventsListener: integer,
    KernelVersion: text,
    OperatingSystem: text,
    OSType: text,
    Architecture: text,
    IndexServerAddress: text,
    NCPU: integer,
    MemTotal: integer,
    HttpProxy: text,
    HttpsProxy: text,
    NoProxy: text,
    Name: text,
    Labels: orNull(texts),
    ExperimentalBuild: flag,
    ServerVersion: text,
    Runtimes: map(anything),
    DefaultRuntime: text,
    Swarm: Type.Object({ LocalNodeState: text }),
    LiveRestoreEnabled: flag,
    Isolation: text,
    InitBinary: text,
    SecurityOptions: texts,
    Warnings: orNull(texts),
  }),
  'GET /system/df': Type.Object({
    LayersSize: integer,
    Images: orNull(Type.Array(imageSummary)),
    Containers: orNull(Type.Array(anything)),
    Volumes: orNull(Type.Array(volume)),
    BuildCache: orNull(Type.Array(anything)),
  }),
};

const failure = Type.Object({ message: Type.String({ minLength: 1 }) });

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = new Map<TSchema, ValidateFunction>();

/** What a response has that its schema does not allow: `/State/Pid must be integer`. */
export function problemsOf(operation: string, status: number, body: string): string[] {
  const schema = status >= 400 ? failure : status >= 300 || status === 204 ? undefined : schemas[operation];
  if (!schema || (body === '' && operation.startsWith('HEAD '))) return [];
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [`expected JSON, found ${JSON.stringify(body.slice(0, 60))}`];
  }
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  const problems = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'anyOf');
  return problems.map(({ instancePath, message = '' }) => `${withoutKeys(instancePath)} ${message}`.trim());
}

/** Numbers and ids of the path differ from run to run. */
function withoutKeys(path: string): string {
  return path.replace(/\/\d+(?=\/|$)/g, '/*').replace(/\/[0-9a-f]{64}(?=\/|$)/g, '/*');
}
