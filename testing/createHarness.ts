import { join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../config/index.ts';
import { standardNetwork } from '../core/networks/NetworkDrivers.ts';
import type { HostLimits } from '../core/plan/clamp/index.ts';
import { Planner } from '../core/plan/Planner.ts';
import { Secrets } from '../core/secrets/Secrets.ts';
import { pluginConfig } from '../core/pluginConfig.ts';
import logLocal from '../plugins/log-local/index.ts';
import volumeLocal from '../plugins/volume-local/index.ts';
import { renderPage } from '../core/lifecycle/extensions/pages.ts';
import { containerWith, type Generation, loadPlugins } from '../core/plugins/index.ts';
import { allCapabilities } from '../core/plan/capabilities.ts';
import { newState } from '../core/state/containerRecord.ts';
import type { HookPoint } from '../hooks/defineHook.ts';
import { definePlugin, type HostFacts, type Plugin } from '../hooks/definePlugin.ts';
import { type ContainerRecord, type Engine, engineServices } from '../hooks/engine.ts';
import { PouchError } from '../hooks/errors.ts';
import type { FileAccess } from '../hooks/files.ts';
import type { RenderedPage } from '../hooks/engine.ts';
import type { Plan } from '../hooks/plan.ts';
import type { ContainerRequest } from '../hooks/request.ts';
import { allFeaturesBut } from '../hooks/runtimeFeatures.ts';
import { extensionsOf, type HarnessExtensions } from './extensions.ts';
import { testHost } from './testHost.ts';
import { TestClock } from './TestClock.ts';
import { defaultImages, planImage } from './planImage.ts';
import type { TestImage } from './testImage.ts';
import { onlyMethods, type StandIn } from './standIn.ts';
import { TestLog } from './TestLog.ts';

/** The plugin’s options, its neighbours, and what stands in for the engine and the host. */
export interface HarnessOptions {
  /** The plugin's options, as in pouchd.yaml. */
  options?: Readonly<Record<string, unknown>>;
  /** Plugins that are loaded before it. */
  neighbours?: readonly Plugin[];
  /**
   * The engine's services that it injects, with the methods that the test needs: `{ containers: { list: () => [] } }`.
   */
  services?: { [Name in keyof Engine]?: Partial<Engine[Name]> };
  /** In place of services that plugins provide: `[standIn(Users, { find: () => … })]`. No plugin need provide them. */
  provided?: readonly StandIn[];
  /** Files of the host, for `files`. Missing: it has none. */
  files?: Partial<FileAccess>;
  host?: Partial<HostFacts>;
  /** By the name that a request has: `debian`. Missing: `busybox` alone. */
  images?: Readonly<Record<string, TestImage>>;
}

/** One plugin as a daemon has loaded it, beside its neighbours. */
export interface Harness extends HarnessExtensions {
  readonly clock: TestClock;
  readonly log: TestLog;
  /** Plans a create, as `pouch plan` does. The image is `busybox` if the request names none. @throws PouchError */
  plan(request?: Partial<ContainerRequest>): Promise<Plan>;
  /** A container that was created with this request and has not run, for hook points that get one. */
  container(
    request?: Partial<ContainerRequest>,
    changes?: Partial<Omit<ContainerRecord, 'draft'>>,
  ): Promise<ContainerRecord>;
  /**
   * Calls the taps of a hook point: `call(catalogue.container.prestart, { container, netns: '' })`. Returns the draft
   * of a plan point, and the result of a bail point or undefined. Waits for observers. @throws PouchError
   */
  call<Input, Result>(point: HookPoint<Input, Result>, input: Input): Promise<Input | Result | undefined>;
  /**
   * Renders a console page of the plugin, and checks what it returns as pouchd does.
   * @throws PouchError with what is wrong with it
   */
  page(name: string, query?: Readonly<Record<string, string>>): Promise<RenderedPage>;
  /** Unloads the plugins: their `onDispose` runs. */
  dispose(): Promise<void>;
}

/** The runtime of planned containers: it can do everything. */
const runtime = definePlugin({
  name: 'runtime-of-tests',
  setup: (context) =>
    context.runtime({
      name: 'runc',
      containerdType: 'io.containerd.runc.v2',
      capabilities: allFeaturesBut({}),
      probe: () => Promise.resolve({ usable: true, path: '/usr/bin/runc', version: '1.1.5' }),
      options: () => Promise.resolve({ binaryName: '/usr/bin/runc' }),
    }),
});

/** A host that lacks nothing. */
const limits: HostLimits = {
  capabilities: new Set(allCapabilities),
  oomScoreAdj: -1000,
  rlimits: new Map(),
  controllers: new Set([
    'blkio',
    'cpu',
    'cpuacct',
    'cpuset',
    'devices',
    'freezer',
    'hugetlb',
    'memory',
    'pids',
  ]),
  hasControllerFile: () => true,
};

const id = 'c0'.repeat(32);

/**
 * Loads a plugin for tests, with stand-ins for the host and the engine.
 * @throws PouchError with the reason if the plugin, or a neighbour, does not load
 */
export async function createHarness(plugin: Plugin, options: HarnessOptions = {}): Promise<Harness> {
  const clock = new TestClock();
  const log = new TestLog();
  const loaded = loadConfig({ file: null });
  const container = containerWith({
    clock,
    log,
    config: pluginConfig(loaded, {
      read: () => loaded,
      problem: () => undefined,
      isSecretText: () => false,
    }),
    host: { ...testHost(loaded.config), ...options.host },
    files: onlyMethods('files', options.files ?? {}, 'files: { METHOD: … }'),
    ...engineOf(options.services ?? {}),
  });
  for (const { token, service } of options.provided ?? []) container.bind(token).toConstantValue(service);
  const generation = await loadPlugins({
    isStrict: true,
    number: 1,
    builtIns: [
      runtime,
      ...[logLocal, volumeLocal].filter(({ name }) => name !== plugin.name),
      ...(options.neighbours ?? []),
      plugin,
    ],
    entries: [{ name: plugin.name, enabled: true, options: options.options ?? {} }],
    container,
  });
  const broken = generation.plugins.find(({ state }) => state !== 'active');
  if (broken) throw new PouchError('PCH_PLUGIN_INVALID', `plugin ${broken.name}: ${broken.error}`);
  const parts = { plugin: plugin.name, clock, log, planner: plannerOf(loaded, log, options) };
  return { ...harnessOf(generation, parts), ...extensionsOf(generation, plugin.name) };
}

interface Parts {
  plugin: string;
  clock: TestClock;
  log: TestLog;
  planner: Planner;
}

function harnessOf(
  generation: Generation,
  { plugin, clock, log, planner }: Parts,
): Omit<Harness, keyof HarnessExtensions> {
  const { runner } = generation;
  const plan = (request: Partial<ContainerRequest> = {}) =>
    planner.plan({ id, name: request.name ?? 'box' }, { image: 'busybox', ...request }, generation);
  return {
    clock,
    log,
    plan,
    async container(request = {}, changes = {}) {
      const { draft, degraded, warnings } = await plan(request);
      return { ...created({ image: 'busybox', ...request }), draft, degraded, warnings, ...changes };
    },
    async call<Input, Result>(point: HookPoint<Input, Result>, input: Input) {
      if (point.kind === 'plan') {
        const planPoint = point as unknown as HookPoint<Input & object>;
        return (await runner.plan(planPoint, input as Input & object, { log })).draft;
      }
      if (point.kind === 'bail') return (await runner.bail(point, input, { log }))?.result;
      if (point.kind === 'apply') await runner.apply(point as HookPoint<Input>, input, { log });
      else runner.observe(point as HookPoint<Input>, input, { log });
      await runner.observersSettled();
      return undefined;
    },
    page: (name, query = {}) =>
      renderPage({ generation, log }, plugin, name, { query, signal: new AbortController().signal }),
    dispose: () => generation.dispose(),
  };
}

function plannerOf(
  { config }: LoadedConfig,
  log: TestLog,
  { images = defaultImages, host = {} }: HarnessOptions,
): Planner {
  const state = (...parts: string[]) => join(config.state, ...parts);
  return new Planner({
    config: () => config,
    log,
    secrets: new Secrets(() => config.secrets.names),
    initPath: host.initPath,
    image: (reference) => Promise.resolve().then(() => planImage(images, reference)),
    directoryOf: (of) => join(config.root, 'containers', of),
    netnsPathOf: (of) => state('netns', of),
    usernsPathOf: (of) => state('userns', of),
    idmapDirectoryOf: (of) => state('idmapped', of),
    hostFiles: () =>
      Promise.resolve({ hosts: '127.0.0.1\tlocalhost\n', resolvConf: 'nameserver 192.0.2.53\n' }),
    hostLimits: () => limits,
    request: {
      containerId: noOtherContainer,
      volumesOf: noOtherContainer,
      networkNames: noOtherContainer,
      vmOwnerOf: noOtherContainer,
      volumePath: (name) => join(config.root, 'volumes', name, '_data'),
      volumeOf: () => Promise.resolve(undefined),
      networkOf: (name) => standardNetwork(name, config.network.networks[name]?.driver),
      root: config.root,
      look: (path) => Promise.resolve({ path, kind: 'directory', mode: 0o755, uid: 0, gid: 0, rdev: 0 }),
      checkResponds: () => Promise.resolve(),
      mountinfo: () => '',
      cgroupDriver: () => config.runtime.cgroupDriver,
      userns: () => config.userns,
      usernsObstacle: () => Promise.resolve(undefined),
      diskQuotaObstacle: () => Promise.resolve(undefined),
      unmappable: () => Promise.resolve(undefined),
      freeIds: (_id, size) => ({ containerID: 0, hostID: config.userns.range.first, size }),
    },
    originOf: () => undefined,
    describe: (kind) => kind,
  });
}

function noOtherContainer(reference: string): never {
  throw new PouchError('PCH_CONTAINER_NOT_FOUND', `a harness has no other container: ${reference}`);
}

function created(request: ContainerRequest): Omit<ContainerRecord, 'draft'> {
  const path = (name: string) => `/var/lib/pouch/containers/${id}/${name}`;
  return {
    id,
    name: request.name ?? 'box',
    createdAt: '2000-01-01T00:00:00.000Z',
    request,
    state: newState('created'),
    restartCount: 0,
    stoppedByUser: false,
    degraded: [],
    warnings: [],
    attachments: {},
    paths: {
      directory: path(''),
      log: path('container.log'),
      hosts: path('hosts'),
      hostname: path('hostname'),
      resolvConf: path('resolv.conf'),
    },
  };
}

function engineOf(services: NonNullable<HarnessOptions['services']>): Partial<Engine> {
  const entries = Object.keys(engineServices).map((name) => {
    const methods: object = services[name as keyof Engine] ?? {};
    return [name, onlyMethods(name, methods, `services: { ${name}: { METHOD: … } }`)];
  });
  return Object.fromEntries(entries) as Engine;
}
