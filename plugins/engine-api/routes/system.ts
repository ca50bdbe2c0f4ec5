/** Routes of the daemon: ping, version, info, disk usage. */
import type { InfoResponse, SettingsUpdateResponse, VersionResponse } from '../../../client/wire.ts';
import type { SystemInfo } from '../../../hooks/index.ts';
import { newestVersion, oldestVersion } from '../apiVersion.ts';
import { readJson } from '../http/body.ts';
import type { Call, Route } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';
import { validate } from '../http/validate.ts';
import { settingsUpdateSchema } from '../schemas/settings.ts';
import { dockerDriver } from '../translate/container/networks.ts';
import { diskUsage } from './diskUsage.ts';

export const systemRoutes: Route[] = [
  { method: 'GET', path: '/_ping', handler: ping },
  { method: 'GET', path: '/version', handler: version },
  { method: 'GET', path: '/info', handler: info },
  { method: 'GET', path: '/system/df', handler: diskUsage },
  { method: 'POST', path: '/daemon/update', handler: updateSettings },
];

/** Clients read the headers of this response before they send another request. */
async function ping(call: Call): Promise<void> {
  const body = 'OK';
  // With 1, docker build does not try BuildKit.
  const builder = (await call.engine.builds.sessionObstacle()) ? '1' : '2';
  call.response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Builder-Version': builder,
    Swarm: 'inactive',
  });
  call.response.end(body);
}

/** A path of Alibaba's pouch; Docker has none. */
async function updateSettings(call: Call): Promise<void> {
  const { Settings, Offline } = validate(settingsUpdateSchema, await readJson(call));
  const { file, plugins, settings, needRestart } = await call.engine.system.updateSettings(Settings, {
    offline: Offline ?? false,
  });
  const body: SettingsUpdateResponse = {
    File: file,
    Plugins: plugins,
    Settings: settings,
    NeedRestart: needRestart.map(({ path, why }) => ({ Path: path, Why: why })),
  };
  sendJson(call, body);
}

async function version(call: Call): Promise<void> {
  const facts = await call.engine.system.version();
  const common = {
    ApiVersion: newestVersion,
    MinAPIVersion: oldestVersion,
    GitCommit: facts.commit,
    // Docker reports the version of Go that built it here.
    GoVersion: `node ${facts.node}`,
    Os: 'linux',
    Arch: facts.architecture,
    KernelVersion: facts.kernel,
    BuildTime: facts.builtAt,
  };
  const body: VersionResponse = {
    Platform: { Name: 'Pouch' },
    Components: [
      { Name: 'Engine', Version: facts.version, Details: { ...common, Experimental: 'true' } },
      { Name: 'containerd', Version: facts.containerd, Details: {} },
      ...Object.entries(facts.runtimes).map(([Name, Version]) => ({ Name, Version, Details: {} })),
    ],
    Version: facts.version,
    ...common,
  };
  sendJson(call, body);
}

async function info(call: Call): Promise<void> {
  const facts = await call.engine.system.info();
  const body: InfoResponse = { ...countsOf(facts), ...hostOf(facts), ...fixedFields(facts) };
  sendJson(call, body);
}

function countsOf(facts: SystemInfo) {
  return {
    ID: facts.id,
    Containers: facts.containers.total,
    ContainersRunning: facts.containers.running,
    ContainersPaused: facts.containers.paused,
    ContainersStopped: facts.containers.stopped,
    Images: facts.images,
    ServerVersion: facts.version,
    DockerRootDir: facts.root,
    Warnings: facts.warnings.length > 0 ? facts.warnings : null,
    SystemTime: facts.time,
  };
}

function hostOf(facts: SystemInfo) {
  return {
    Name: facts.hostname,
    KernelVersion: facts.kernel,
    OperatingSystem: facts.operatingSystem,
    OSVersion: '',
    OSType: 'linux',
    Architecture: facts.architecture,
    NCPU: facts.cpus,
    MemTotal: facts.memory,
    CgroupDriver: facts.cgroupDriver,
    CgroupVersion: facts.cgroupVersion,
    DefaultRuntime: facts.defaultRuntime,
    Runtimes: Object.fromEntries(Object.entries(facts.runtimes).map(([name, { path }]) => [name, { path }])),
    ContainerdCommit: { ID: facts.containerd.version, Expected: facts.containerd.version },
  };
}

/** Fields that clients read without a check that they exist. */
function fixedFields(facts: SystemInfo) {
  return {
    Driver: 'overlayfs',
    DriverStatus: [
      ['driver-type', 'io.containerd.snapshotter.v1'],
      ['Disk Quota', facts.diskQuota],
    ],
    LoggingDriver: 'json-file',
    Plugins: {
      Volume: facts.volumeDrivers,
      Network: facts.networkDrivers.map(dockerDriver),
      Authorization: null,
      Log: facts.logDrivers,
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    OomKillDisable: facts.cgroupVersion === '1',
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
