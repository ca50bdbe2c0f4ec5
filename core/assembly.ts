/** Assembles what the verbs share, on a containerd that responds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/index.ts';
import { formatOrigin } from '../config/index.ts';
import type { DraftImage } from '../hooks/draft.ts';
import type { ContainerRecord } from '../hooks/engine.ts';
import { PouchError } from '../hooks/errors.ts';
import { field } from '../hooks/fields.ts';
import { kept } from '../hooks/kept.ts';
import type { AppliedKinds } from './apply/AppliedKinds.ts';
import { coreEffectKinds } from './apply/effects/index.ts';
import { HostEffectRecords } from './apply/effects/host/index.ts';
import { bundlesOf } from './apply/effects/leftBundle.ts';
import type { DeviceCgroups } from './apply/deviceCgroups.ts';
import type { StepObserver } from './apply/Ledger.ts';
import { RootDisks } from './apply/RootDisks.ts';
import type { ContainerdClient } from './containerd/index.ts';
import { findInit } from './host/detect.ts';
import { diskQuotaObstacle } from './host/diskQuota.ts';
import { readMountinfo } from './host/mountinfo.ts';
import { type ImageFiles, type ImageHooks, imageSources, type ImageStoreOptions } from './images/index.ts';
import type { FileWorkers } from './files/index.ts';
import { ContainerIo } from './io/index.ts';
import { Copies } from './lifecycle/copy/Copies.ts';
import { ExecStarts } from './lifecycle/exec/ExecStarts.ts';
import { afterExit } from './lifecycle/exits/afterExit.ts';
import { AttachPoints } from './lifecycle/shared/AttachPoints.ts';
import { linkedEnv } from './lifecycle/shared/links.ts';
import { EventBus } from './lifecycle/shared/EventBus.ts';
import { Waiters } from './lifecycle/shared/Waiters.ts';
import { HealthWatches } from './lifecycle/health/HealthWatches.ts';
import { HookedImages } from './lifecycle/HookedImages.ts';
import { plannedAuthorOf } from './lifecycle/shared/effectAuthor.ts';
import { emitContainer, type EngineContext } from './lifecycle/shared/engineContext.ts';
import { openLedger } from './lifecycle/shared/openLedger.ts';
import { KeyedLocks } from './state/KeyedLocks.ts';
import { BootOrder } from './lifecycle/recovery/BootOrder.ts';
import { RestartTimers } from './lifecycle/shared/RestartTimers.ts';
import { runScheduled } from './lifecycle/snapshots/schedule/runScheduled.ts';
import { SnapshotSchedules } from './lifecycle/snapshots/schedule/SnapshotSchedules.ts';
import { systemClock } from './systemClock.ts';
import { storeHooks } from './lifecycle/shared/storeHooks.ts';
import { hostUsage } from './lifecycle/stats/hostUsage.ts';
import { Timeline } from './lifecycle/timeline/Timeline.ts';
import { SharedMetrics } from './lifecycle/stats/SharedMetrics.ts';
import type { StderrLog } from './StderrLog.ts';
import { HookMetrics } from './metrics/HookMetrics.ts';
import { NameServer } from './dns/NameServer.ts';
import { Deliveries } from './logDrivers/Deliveries.ts';
import type { NetworkNamespaces } from './netns/NetworkNamespaces.ts';
import { loaders32 } from './plan/compat32.ts';
import { readHostLimits } from './plan/clamp/index.ts';
import { readHostFiles } from './plan/etcFiles.ts';
import { heldVolumes } from './plan/request/heldVolumes.ts';
import { PortProxy } from './portProxy/PortProxy.ts';
import { networkNames } from './plan/sharedNetwork.ts';
import { checked } from './plan/culprit.ts';
import { type PlanImage, Planner, type PlannerOptions } from './plan/Planner.ts';
import { namedRuntime } from './plan/runtime/check.ts';
import {
  type Confinement,
  GenerationHolder,
  HostProcesses,
  type KeptPlugins,
  Operations,
  type Sidecars,
} from './plugins/index.ts';
import type { Secrets } from './secrets/Secrets.ts';
import { ContainerStore } from './state/ContainerStore.ts';
import { Tracing } from './tracing/Tracing.ts';
import { unmappable } from './userns/mappable.ts';
import { usernsObstacle } from './userns/obstacle.ts';
import { UserRanges } from './userns/UserRanges.ts';
import { networkFacts } from './networks/NetworkDrivers.ts';
import { NetworkStore } from './networks/NetworkStore.ts';
import { knownDriver, volumeDrivers } from './volumes/VolumeDrivers.ts';
import { VolumeStore } from './volumes/VolumeStore.ts';

/** What exists before the first container. */
export interface Base {
  /** The configuration in force: a reload changes it. */
  loaded(): LoadedConfig;
  log: StderrLog;
  client: ContainerdClient;
  netns: NetworkNamespaces;
  files: FileWorkers;
  /** argv that starts the log keeper. */
  keeperCommand: readonly string[];
  /** argv that starts the resolver. */
  resolverCommand: readonly string[];
  /** Path of the program that holds the consoles of rich containers. */
  consoleProgram: string;
  /** Path of the program that copies between ports of the host and containers. */
  proxyProgram: string;
  /** Path of the process of a build's container. */
  pauseProgram: string;
  deviceCgroups: DeviceCgroups;
  onStep?: StepObserver;
  appliedKinds: AppliedKinds;
  /** Plugins that are gone, for the undo of their effects. */
  kept: KeptPlugins;
  secrets: Secrets;
  sidecars: Sidecars;
  /** What confines the processes of effects. */
  confinement: Confinement;
  shutdown: AbortSignal;
}

/** /etc/passwd and /etc/group of an image: more is not an account file. */
const accountFileLimit = 4 * 1024 * 1024;

/** What the plan of a plain container looks up in its image. */
const planLookups = [
  ...['/etc/passwd', '/etc/group'].map((path) => ({ path, maxBytes: accountFileLimit })),
  ...loaders32.map((path) => ({ path })),
];

/** Milliseconds: containers that are made one after the other share a look at the host's /etc. */
const hostFilesKeptMs = 1000;

/** Starts nothing: `io` is to be started, and `generations` is empty until the plugins are loaded. */
export function assemble(base: Base): EngineContext {
  const { log, client, loaded } = base;
  const { config } = loaded();
  const store = new ContainerStore(config.root);
  const { secrets } = base;
  const events = new EventBus((text) => secrets.text(text));
  const io = new ContainerIo({
    stateDir: config.state,
    log,
    keeperCommand: base.keeperCommand,
    consoleProgram: base.consoleProgram,
  });
  const attachPoints = new AttachPoints(io);
  const { appliedKinds } = base;
  const generations = new GenerationHolder(undefined, (kind) => appliedKinds.has(kind));
  const hooks = storeHooks(generations, { log, secrets, events });
  const volumes = new VolumeStore(config.root, base.files, () => store.listUsers(), hooks.volumes, {
    find: (name) => volumeDrivers(generations.current).get(name),
    known: (name) => knownDriver(generations.current, name),
    use: (work) => generations.use(work),
    mountinfo: () => readFile('/proc/self/mountinfo', 'utf8'),
    log,
  });
  const locks = new KeyedLocks();
  const networks = new NetworkStore({
    root: config.root,
    log,
    configured: () => loaded().config.network.networks,
    plugins: () => generations.current,
    use: (work) => generations.use(work),
    containers: () => store.listUsers(),
    isBusy: (id) => locks.isHeld(id),
    settled: (id) => locks.run(id, 'network', () => Promise.resolve()),
    emit: (event) => events.emit(event),
    ...(base.onStep && { onStep: base.onStep }),
  });
  const imageOptions = imageStoreOptions(base, { store, events, hooks: hooks.images, generations });
  const images = new HookedImages(imageOptions, generations, log);
  const planImage = imagesForPlans(images);
  const disks = new RootDisks({ client, files: base.files, directoryOf: (id) => store.directoryOf(id) });
  const hostRecords = new HostEffectRecords(config.root, log);
  const hostProcesses = new HostProcesses({
    directory: join(config.state, 'processes'),
    cgroupParent: config.cgroupParent,
    confinement: base.confinement,
    log,
    look: (path) => base.files.look(path),
    netnsOf: (id) => join(config.state, 'netns', id),
    authorOf: ({ container, key }) => plannedAuthorOf(store.directoryOf(container), key),
    // Effects of a start may be applied, and end, while the container is still being created.
    emit: (action, id, attributes) =>
      store.whenCreated(id, (record) => emitContainer(context, action, record, attributes)),
  });
  const coreKinds = coreEffectKinds({
    deviceCgroups: base.deviceCgroups,
    hostRecords,
    hostProcesses,
    client,
    disks,
    files: base.files,
    store,
    io,
    netns: base.netns,
    volumes,
    stateDirectory: config.state,
    bundles: bundlesOf(config),
    imageOf: (id) => images.find(id),
    filesOf: (image) => images.files(image),
    runtimeOf: (name) => namedRuntime(name, generations.current.runtimes),
    linkedEnv: (record) => linkedEnv(store, record),
    startTimeout: () => loaded().config.runtime.startTimeout,
    onStreamsOpened: (id) => attachPoints.opened(id),
    onDeleteHung: (container, ms) =>
      log.error('the runtime did not delete an ended container in time: it and its shim are killed', {
        container,
        ms,
      }),
  });
  const kindOf = (kind: string) => coreKinds.get(kind) ?? generations.current.effectKinds.get(kind);
  const effectKinds = {
    toApply: kindOf,
    toUndo: (kind: string) =>
      coreKinds.get(kind) ?? generations.kindForUndo(kind) ?? base.kept.kindForUndo(kind),
  };
  const userRanges = new UserRanges(() => [...store.list(), ...store.damaged()]);
  const hostFiles = kept(readHostFiles, { for: hostFilesKeptMs });
  const plannerOptions = optionsOfPlanner(base, {
    store,
    volumes,
    networks,
    generations,
    userRanges,
    planImage,
    hostFiles,
    kindOf,
  });
  const timeline = new Timeline({ store, secrets, log });
  const tracing = new Tracing({
    endpoint: () => loaded().config.tracing.endpoint,
    hide: (text) => secrets.text(text),
    log,
  });
  const context: EngineContext = {
    get config() {
      return loaded().config;
    },
    log,
    client,
    store,
    locks,
    operations: new Operations((operation) => {
      timeline.add(operation);
      tracing.add(operation);
    }),
    timeline,
    tracing,
    events,
    secrets,
    waiters: new Waiters(),
    files: base.files,
    deviceCgroups: base.deviceCgroups,
    disks,
    io,
    deliveries: new Deliveries({
      generations,
      log,
      hide: (text) => secrets.text(text),
      emit: (action, record, attributes) => emitContainer(context, action, record, attributes),
      apart: (run) => void context.operations.apart(() => Promise.resolve(run())),
    }),
    attachPoints,
    images,
    netns: base.netns,
    volumes,
    networks,
    names: new NameServer({
      directory: join(config.state, 'dns'),
      command: base.resolverCommand,
      log,
    }),
    ports: new PortProxy({ directory: join(config.state, 'ports'), program: base.proxyProgram, log }),
    generations,
    appliedKinds,
    hostRecords,
    hostProcesses,
    effectKinds,
    copies: new Copies(),
    restarts: new RestartTimers(),
    snapshotSchedules: new SnapshotSchedules({
      clock: systemClock,
      log,
      records: () => store.list(),
      isBusy: (id) => context.locks.isHeld(id),
      run: (record) => runScheduled(context, record, systemClock),
    }),
    healthWatches: new HealthWatches(),
    bootOrder: new BootOrder(),
    metrics: new SharedMetrics({
      metrics: (filters, options) => client.tasks.metrics(filters, options),
      host: hostUsage,
    }),
    hookMetrics: new HookMetrics(),
    sidecars: base.sidecars,
    prepared: new Set(),
    execStarts: new ExecStarts(),
    inits: new Map(),
    oomKilled: new Set(),
    hostFiles,
    imageText: async (id, path) => await textOf(images.files(await images.get(id)), path),
    onEnded: (record) => context.operations.apart(() => afterExit(context, record)),
    shutdown: base.shutdown,
    pauseProgram: base.pauseProgram,
    userRanges,
    planner: new Planner(plannerOptions),
    plannerOptions,
    ledgerOf: (id) =>
      openLedger(context, id, { kinds: effectKinds, ...(base.onStep && { onStep: base.onStep }) }),
  };
  return context;
}

interface ImageStoreParts {
  store: ContainerStore;
  events: EventBus;
  hooks: ImageHooks;
  generations: GenerationHolder;
}

function imageStoreOptions(
  { client, loaded, files, log }: Base,
  { store, events, hooks, generations }: ImageStoreParts,
): ImageStoreOptions {
  return {
    client,
    layers: files,
    config: () => loaded().config.registries,
    owner: loaded().config.root,
    scratch: join(loaded().config.root, 'bootstrap'),
    isInUse: (imageId) =>
      store
        .listUsers()
        .filter((record) => imagesOf(record).includes(imageId))
        .map(({ name }) => name),
    emit: (event) => events.emit(event),
    hooks,
    sources: (reference) => imageSources(generations.current, reference),
    log,
  };
}

/** Ids of the images that a container needs: also for its snapshots, and to roll back. */
function imagesOf({ draft, snapshots = [], rollback }: ContainerRecord): string[] {
  const others = [...snapshots.map(({ image }) => image.id), ...(rollback ? [rollback.image.id] : [])];
  return [draft.image.id, ...others];
}

/** Images as a plan looks at them: with their files, of which it always needs the same few. */
function imagesForPlans(images: HookedImages) {
  return async (ref: string, platform?: string): Promise<PlanImage> => {
    const { reference, blame, degraded } = await images.resolve(ref, platform);
    const found = await checked(blame, ['reference'], () => images.find(reference, platform));
    const files = images.files(found);
    const responds = files.fetch(planLookups);
    // The plan may fail before it waits for them.
    responds.catch(() => undefined);
    const image: DraftImage = {
      reference: found.references.includes(ref) ? ref : (found.references[0] ?? found.id),
      id: found.id,
      config: found.config,
      stat: (path) => files.stat(path),
    };
    return {
      image,
      readText: (path) => textOf(files, path),
      responds,
      blame: blame.map((entry) => ({ ...entry, field: `image.${entry.field}` })),
      degraded,
    };
  };
}

async function textOf(files: ImageFiles, path: string): Promise<string> {
  return (await files.readText(path, accountFileLimit)) ?? '';
}

interface PlannerParts {
  store: ContainerStore;
  volumes: VolumeStore;
  networks: NetworkStore;
  generations: GenerationHolder;
  userRanges: UserRanges;
  planImage: ReturnType<typeof imagesForPlans>;
  hostFiles: EngineContext['hostFiles'];
  kindOf(kind: string): { describe(args: object): string | Promise<string> } | undefined;
}

function optionsOfPlanner(
  { loaded, log, files, secrets, client }: Base,
  parts: PlannerParts,
): PlannerOptions {
  const { store, volumes, networks, generations, userRanges } = parts;
  const { config } = loaded();
  return {
    config: () => loaded().config,
    log,
    secrets,
    initPath: findInit(),
    image: parts.planImage,
    directoryOf: (id) => store.directoryOf(id),
    netnsPathOf: (id) => join(config.state, 'netns', id),
    usernsPathOf: (id) => join(config.state, 'userns', id),
    idmapDirectoryOf: (id) => join(config.state, 'idmapped', id),
    hostFiles: parts.hostFiles,
    hostLimits: readHostLimits,
    request: {
      containerId: (ref) => joinable(store.find(ref), generations).id,
      volumesOf: (ref) => heldVolumes(store.find(ref)),
      networkNames: (id) => networkNames(store.get(id)),
      vmOwnerOf: (ref) => {
        const found = store.find(ref);
        return found.draft.vmOf === undefined ? found : store.get(found.draft.vmOf);
      },
      volumePath: (name) => volumes.pathOf(name),
      volumeOf: (name) => volumes.sourceOf(name),
      networkOf: (ref) => networkFacts(networks.nameOf(ref), generations.current, networks.named()),
      root: config.root,
      userns: () => loaded().config.userns,
      usernsObstacle: () => usernsObstacle({ client, directories: [config.root, config.state] }),
      diskQuotaObstacle: () =>
        Promise.resolve(diskQuotaObstacle({ snapshotter: config.containerd.snapshotter })),
      unmappable: (path) =>
        unmappable(path, { look: (...args) => files.look(...args), mountinfo: readMountinfo }),
      freeIds: (id, size) => {
        const { first } = userRanges.take(id, size, loaded().config.userns.range);
        return { containerID: 0, hostID: first, size };
      },
      cgroupDriver: () => loaded().config.runtime.cgroupDriver,
      look: (path, what) => files.look(path, what),
      checkResponds: (paths, whatOf) => files.checkResponds(paths, whatOf),
      mountinfo: readMountinfo,
    },
    originOf: (setting) => {
      const at = loaded().originOf(setting);
      return at.kind === 'default' || at.kind === 'derived' ? undefined : formatOrigin(at);
    },
    describe: (kind, args) => parts.kindOf(kind)?.describe(args) ?? `${kind} (no plugin provides it)`,
  };
}

/** The namespaces of a virtual machine's process are the hypervisor's. @throws PCH_RUNTIME_CANNOT */
function joinable(record: ContainerRecord, generations: GenerationHolder): ContainerRecord {
  const { name, draft } = record;
  if (generations.current.runtimes.get(draft.runtime)?.isolation !== 'vm') return record;
  throw new PouchError(
    'PCH_RUNTIME_CANNOT',
    `the namespaces of ${name} cannot be joined: it runs in a virtual machine (${draft.runtime})`,
    { hint: `${field('vmOf')} ${name} makes a container in the same VM` },
  );
}
