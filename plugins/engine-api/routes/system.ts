/** The daemon itself: ping, version, info, disk usage. */
import type { InfoResponse, VersionResponse } from '../../../client/wire.ts';
import type { SystemInfo } from '../../../hooks/index.ts';
import { NEWEST_VERSION, OLDEST_VERSION } from '../apiVersion.ts';
import type { Call, Route } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';
import { checkBuildPruneFilter } from '../translate/prune.ts';
import { diskUsage } from './diskUsage.ts';

export const systemRoutes: Route[] = [
  { method: 'GET', path: '/_ping', handler: ping },
  { method: 'GET', path: '/version', handler: version },
  { method: 'GET', path: '/info', handler: info },
  { method: 'GET', path: '/system/df', handler: diskUsage },
  { method: 'POST', path: '/build/prune', handler: pruneBuildCache },
];

/** `docker system prune` calls it; Pouch has no build cache. */
function pruneBuildCache(call: Call): void {
  checkBuildPruneFilter(call.query.filters());
  sendJson(call, { CachesDeleted: [], SpaceReclaimed: 0 });
}

/** Clients read the headers of this answer before they ask anything else. */
function ping(call: Call): void {
  const body = 'OK';
  call.response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Builder-Version': '1',
    Swarm: 'inactive',
  });
  call.response.end(body);
}

async function version(call: Call): Promise<void> {
  const told = await call.engine.system.version();
  const common = {
    ApiVersion: NEWEST_VERSION,
    MinAPIVersion: OLDEST_VERSION,
    GitCommit: told.commit,
    // Where Docker tells the Go version that it was built with.
    GoVersion: `node ${told.node}`,
    Os: 'linux',
    Arch: told.architecture,
    KernelVersion: told.kernel,
    BuildTime: told.builtAt,
  };
  const answer: VersionResponse = {
    Platform: { Name: 'Pouch' },
    Components: [
      { Name: 'Engine', Version: told.version, Details: { ...common, Experimental: 'true' } },
      { Name: 'containerd', Version: told.containerd, Details: {} },
      ...Object.entries(told.runtimes).map(([Name, Version]) => ({ Name, Version, Details: {} })),
    ],
    Version: told.version,
    ...common,
  };
  sendJson(call, answer);
}

async function info(call: Call): Promise<void> {
  const told = await call.engine.system.info();
  const answer: InfoResponse = { ...countsOf(told), ...hostOf(told), ...whatClientsExpect(told) };
  sendJson(call, answer);
}

function countsOf(told: SystemInfo) {
  return {
    ID: told.id,
    Containers: told.containers.total,
    ContainersRunning: told.containers.running,
    ContainersPaused: told.containers.paused,
    ContainersStopped: told.containers.stopped,
    Images: told.images,
    ServerVersion: told.version,
    DockerRootDir: told.root,
    Warnings: told.warnings.length > 0 ? told.warnings : null,
    SystemTime: told.time,
  };
}

function hostOf(told: SystemInfo) {
  return {
    Name: told.hostname,
    KernelVersion: told.kernel,
    OperatingSystem: told.operatingSystem,
    OSVersion: '',
    OSType: 'linux',
    Architecture: told.architecture,
    NCPU: told.cpus,
    MemTotal: told.memory,
    CgroupDriver: told.cgroupDriver,
    CgroupVersion: told.cgroupVersion,
    DefaultRuntime: told.defaultRuntime,
    Runtimes: Object.fromEntries(Object.entries(told.runtimes).map(([name, { path }]) => [name, { path }])),
    ContainerdCommit: { ID: told.containerd.version, Expected: told.containerd.version },
  };
}

/** Fields that clients read without asking whether they are there. */
function whatClientsExpect(told: SystemInfo) {
  return {
    Driver: 'overlayfs',
    DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
    LoggingDriver: 'json-file',
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null,
      Log: ['json-file', 'none'],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    OomKillDisable: told.cgroupVersion === '1',
    Debug: false,
    NFd: 0,
    NGoroutines: 0,
    NEventsListener: 0,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: { InsecureRegistryCIDRs: [], IndexConfigs: {}, Mirrors: [] },
    GenericResources: null,
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Labels: [],
    ExperimentalBuild: true,
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: 'tini',
    RuncCommit: { ID: '', Expected: '' },
    InitCommit: { ID: '', Expected: '' },
    SecurityOptions: ['name=seccomp,profile=builtin'],
  };
}
