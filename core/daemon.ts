/** Puts the core together and runs it: containerd, the log keeper, plugins, recovery, surfaces. */
import { readFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/index.ts';
import { diffForReload, formatOrigin } from '../config/index.ts';
import { catalogue } from '../hooks/catalogue.ts';
import type { DraftImage } from '../hooks/draft.ts';
import type { HostFacts, Plugin } from '../hooks/definePlugin.ts';
import type { ContainerRecord, Engine } from '../hooks/engine.ts';
import { messageOf, PouchError } from '../hooks/errors.ts';
import { kept } from '../hooks/kept.ts';
import { coreEffectKinds, coreKindNames } from './apply/effects/index.ts';
import { Journal } from './apply/journal.ts';
import { Ledger, type StepObserver } from './apply/ledger.ts';
import { ContainerdClient } from './containerd/index.ts';
import { ManagedContainerd } from './containerd/managed.ts';
import { supportedVersion } from './containerd/supported-version.ts';
import { cgroupVersion, findInit } from './host/facts.ts';
import { ImageStore } from './images/index.ts';
import { ContainerIo } from './io/index.ts';
import { AttachPoints } from './lifecycle/attachPoints.ts';
import { CheckpointVerbs } from './lifecycle/checkpoint/verbs.ts';
import { ContainerVerbs } from './lifecycle/containers.ts';
import { EventBus } from './lifecycle/events.ts';
import { ExecInstances } from './lifecycle/execs.ts';
import { Exits } from './lifecycle/exits.ts';
import type { Kernel } from './lifecycle/kernel.ts';
import { HookedImages } from './lifecycle/hookedImages.ts';
import { KeyedLocks } from './lifecycle/locks.ts';
import { recover } from './lifecycle/recover.ts';
import { RestartTimers } from './lifecycle/restartTimers.ts';
import { hostUsage } from './lifecycle/stats/hostUsage.ts';
import { SharedMetrics } from './lifecycle/stats/SharedMetrics.ts';
import { HostSystem } from './lifecycle/system.ts';
import type { StderrLog } from './log.ts';
import { NetworkNamespaces } from './netns/netns.ts';
import { type HostFiles, readHostFiles } from './plan/etcFiles.ts';
import { type PlanImage, Planner } from './plan/planner.ts';
import { namedRuntime } from './plan/runtime/check.ts';
import { type Generation, GenerationHolder, loadPlugins } from './plugins/index.ts';
import { fillReserve } from './state/reserve.ts';
import { ContainerStore } from './state/store.ts';
import { UserRanges } from './userns/ranges.ts';
import { version } from './version.ts';
import { VolumeStore } from './volumes/volumes.ts';

export interface DaemonOptions {
  loaded: LoadedConfig;
  log: StderrLog;
  builtIns: readonly Plugin[];
  /** argv that starts the log keeper. */
  keeperCommand: readonly string[];
  /** Told each ledger step; tests kill the daemon there. */
  onStep?: StepObserver;
}

/** Milliseconds: containers that are made one after the other share a look at /etc/hosts and its like. */
const hostFilesKeptMs = 1000;

/** /etc/passwd and /etc/group of an image: more is not an account file. */
const accountFileLimit = 4 * 1024 * 1024;

export class Daemon {
  readonly #options: DaemonOptions;
  #loaded: LoadedConfig;
  readonly #shutdown = new AbortController();
  #containerd: { client: ContainerdClient; managed?: ManagedContainerd; version: string } | undefined;
  #kernel: Kernel | undefined;
  #engine: Engine | undefined;
  #started: Generation['surfaces'] = [];
  #images: ImageStore | undefined;
  readonly #netns = new NetworkNamespaces();

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
  }

  /** Answers when the surfaces serve. */
  async start(): Promise<void> {
    const { config } = this.#loaded;
    await mkdir(config.root, { recursive: true, mode: 0o711 });
    await mkdir(config.state, { recursive: true, mode: 0o711 });
    await fillReserve(config.root);
    this.#netns.start();
    this.#containerd = await this.#connect();
    const kernel = await this.#assemble(this.#containerd.client);
    this.#kernel = kernel;
    await Promise.all([recover(kernel), this.#images?.recover()]);
    this.#engine = this.#makeEngine(kernel);
    await this.#startSurfaces(kernel.generations.current);
    const { listen } = this.#loaded.config;
    const facts = { version, listen: listen.map(({ url }) => url), containers: kernel.store.list().length };
    kernel.generations.current.runner.observe(catalogue.daemon.ready, facts, { log: this.#options.log });
  }

  /** New settings for what can change while containers run; answers what needs a restart. */
  async reload(loaded: LoadedConfig): Promise<void> {
    const kernel = this.#kernel;
    if (!kernel) return;
    const kept = keepFixed(this.#loaded, loaded);
    const next = await this.#load(kernel.generations.current.number + 1, kept);
    this.#loaded = kept;
    kernel.generations.swap(next);
  }

  /** After a start that failed: ends containerd and the log keeper too, unless there are containers for them. */
  async abandon(): Promise<void> {
    const containers = await readdir(join(this.#loaded.config.root, 'containers')).catch(() => []);
    const isNeeded = containers.length > 0;
    await this.#end('failed start', { keeper: !isNeeded });
    if (!isNeeded) await this.#containerd?.managed?.stop();
  }

  /** Ends serving; containers, containerd and the log keeper go on. */
  async stop(reason: string): Promise<void> {
    await this.#end(reason, { keeper: false });
  }

  async #end(reason: string, { keeper }: { keeper: boolean }): Promise<void> {
    for (const surface of this.#started)
      await surface.stop().catch((error: unknown) => this.#complain(surface.name, error));
    const kernel = this.#kernel;
    kernel?.generations.current.runner.observe(
      catalogue.daemon.shutdown,
      { reason },
      { log: this.#options.log },
    );
    kernel?.restarts.cancelAll();
    if (kernel) await settledWithin(kernel.locks.idle(), this.#loaded.config.shutdownTimeout);
    this.#shutdown.abort(new PouchError('PCH_CANCELLED', 'the daemon ends'));
    await kernel?.io.stop({ keeper });
    await kernel?.generations.current.dispose();
    this.#images?.close();
    this.#containerd?.managed?.detach();
    this.#containerd?.client.close();
    await this.#netns.stop();
  }

  async #connect() {
    const { config } = this.#loaded;
    const { managed, address, binary, namespace, snapshotter } = config.containerd;
    const client = new ContainerdClient({ address, namespace, snapshotter });
    if (!managed) return { client, version: (await supportedVersion(client)).version };
    const containerd = new ManagedContainerd({
      root: join(config.root, 'containerd'),
      state: join(config.state, 'containerd'),
      address,
      snapshotter,
      ...(binary !== 'containerd' && { executable: binary }),
      onEvent: (event) => this.#options.log.info('containerd', { ...event }),
    });
    const started = await containerd.start();
    return { client, managed: containerd, version: started.version };
  }

  async #assemble(client: ContainerdClient): Promise<Kernel> {
    const { log, keeperCommand } = this.#options;
    const { config } = this.#loaded;
    const current = () => this.#loaded.config;
    const store = new ContainerStore(config.root);
    const events = new EventBus();
    const io = new ContainerIo({ stateDir: config.state, log, keeperCommand });
    const attachPoints = new AttachPoints(io);
    const volumes = new VolumeStore(config.root, () => store.listStaying());
    const images = this.#makeImages(client, store, events);
    const [first] = await Promise.all([this.#load(1, this.#loaded), io.start()]);
    const generations = new GenerationHolder(first);
    const coreKinds = coreEffectKinds({
      client,
      store,
      io,
      netns: this.#netns,
      volumes,
      stateDirectory: config.state,
      imageOf: (id) => images.get(id),
      runtimeOf: (name) => namedRuntime(name, generations.current.runtimes),
      startTimeout: () => current().runtime.startTimeout,
      onStreamsOpened: (id) => attachPoints.opened(id),
    });
    const kindOf = (kind: string) => coreKinds.get(kind) ?? generations.current.effectKinds.get(kind);
    const userRanges = new UserRanges(() => store.list());
    const hostFiles = kept(readHostFiles, { for: hostFilesKeptMs });
    return {
      get config() {
        return current();
      },
      log,
      client,
      store,
      locks: new KeyedLocks(),
      events,
      exits: new Exits(),
      io,
      attachPoints,
      images: new HookedImages(images, () => generations, log),
      volumes,
      generations,
      restarts: new RestartTimers(),
      metrics: new SharedMetrics({
        metrics: (filters, options) => client.tasks.metrics(filters, options),
        host: hostUsage,
      }),
      prepared: new Set(),
      hostFiles,
      imageText: async (id, path) => await (await this.#planImage(id)).readText(path),
      shutdown: this.#shutdown.signal,
      userRanges,
      planner: this.#makePlanner(store, volumes, userRanges, hostFiles, kindOf),
      ledgerOf: (id) =>
        Ledger.restore({
          container: id,
          journal: new Journal(join(store.directoryOf(id), 'journal.jsonl')),
          kinds: kindOf,
          ...(this.#options.onStep && { onStep: this.#options.onStep }),
        }),
    };
  }

  #makeImages(client: ContainerdClient, store: ContainerStore, events: EventBus): ImageStore {
    this.#images = new ImageStore({
      client,
      config: this.#loaded.config.images,
      isInUse: (imageId) =>
        store
          .listStaying()
          .filter(({ draft }) => draft.image.id === imageId)
          .map(({ name }) => name),
      emit: (event) => events.emit(event),
    });
    return this.#images;
  }

  #makePlanner(
    store: ContainerStore,
    volumes: VolumeStore,
    userRanges: UserRanges,
    hostFiles: () => Promise<HostFiles>,
    kindOf: (kind: string) => { describe(args: object): string } | undefined,
  ): Planner {
    const { config } = this.#loaded;
    return new Planner({
      config: () => this.#loaded.config,
      log: this.#options.log,
      initPath: findInit(),
      image: (ref, platform) => this.#planImage(ref, platform),
      directoryOf: (id) => store.directoryOf(id),
      netnsPathOf: (id) => join(config.state, 'netns', id),
      usernsPathOf: (id) => join(config.state, 'userns', id),
      idmapDirectoryOf: (id) => join(config.state, 'idmapped', id),
      hostFiles,
      request: {
        containerId: (ref) => this.#joinable(store.find(ref)).id,
        machineOf: (ref) => {
          const found = store.find(ref);
          return found.draft.vmOf === undefined ? found : store.get(found.draft.vmOf);
        },
        volumePath: (name) => volumes.pathOf(name),
        root: config.root,
        userns: () => this.#loaded.config.userns,
        freeIds: (id, size) => {
          const { first } = userRanges.take(id, size, this.#loaded.config.userns.range);
          return { containerID: 0, hostID: first, size };
        },
        cgroupDriver: () => this.#loaded.config.runtime.cgroupDriver,
        mountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
      },
      originOf: (setting) => {
        const at = this.#loaded.originOf(setting);
        return at.kind === 'default' || at.kind === 'derived' ? undefined : formatOrigin(at);
      },
      describe: (kind, args) => kindOf(kind)?.describe(args) ?? `${kind} (no plugin provides it)`,
    });
  }

  /** The namespaces of a virtual machine's process are the hypervisor's. @throws PCH_RUNTIME_CANNOT */
  #joinable(record: ContainerRecord): ContainerRecord {
    const { name, draft } = record;
    if (this.#kernel?.generations.current.runtimes.get(draft.runtime)?.isolation !== 'vm') return record;
    throw new PouchError(
      'PCH_RUNTIME_CANNOT',
      `the namespaces of ${name} cannot be joined: it runs in a virtual machine (${draft.runtime})`,
      { hint: `--vm-of ${name} makes a container in the same machine` },
    );
  }

  async #planImage(ref: string, platform?: string): Promise<PlanImage> {
    const found = await this.#kernel!.images.get(ref, platform);
    const files = await this.#images!.files(found.chainId);
    const image: DraftImage = {
      reference: found.references.includes(ref) ? ref : (found.references[0] ?? found.id),
      id: found.id,
      config: found.config,
      stat: (path) => Promise.resolve(files.stat(path)),
    };
    const readText = (path: string) =>
      Promise.resolve(files.readFile(path, accountFileLimit)?.toString('utf8') ?? '');
    return { image, readText };
  }

  async #load(number: number, loaded: LoadedConfig): Promise<Generation> {
    return await loadPlugins({
      number,
      builtIns: this.#options.builtIns,
      entries: loaded.config.plugins,
      host: hostFacts(loaded),
      log: this.#options.log,
      reserved: { effectKinds: coreKindNames },
      locate: (path) => {
        const at = loaded.lineOf(path);
        return at && `${at.file}:${at.line}`;
      },
    });
  }

  #makeEngine(kernel: Kernel): Engine {
    const { config } = this.#loaded;
    const address = config.containerd.address;
    return {
      containers: new ContainerVerbs(kernel),
      checkpoints: new CheckpointVerbs(kernel),
      execs: new ExecInstances(kernel, config.state),
      images: kernel.images,
      volumes: kernel.volumes,
      events: kernel.events,
      system: new HostSystem(kernel, () => ({ version: this.#containerd?.version ?? '', address })),
    };
  }

  async #startSurfaces(generation: Generation): Promise<void> {
    for (const surface of generation.surfaces) await surface.start(this.#engine!);
    this.#started = generation.surfaces;
  }

  #complain(surface: string, error: unknown): void {
    this.#options.log.error('a surface did not stop', { surface, error: messageOf(error) });
  }
}

/** The new configuration with the old values of what cannot change while the daemon runs. */
function keepFixed(old: LoadedConfig, next: LoadedConfig): LoadedConfig {
  const config = structuredClone(next.config);
  for (const { path } of diffForReload(old.config, next.config).needsRestart)
    copyField(old.config, config, path);
  return { ...next, config };
}

function copyField(from: object, to: object, path: string): void {
  const segments = path.split('.');
  const last = segments.pop()!;
  const parent = (value: object) =>
    segments.reduce(
      (at, segment) => at[segment] as Record<string, unknown>,
      value as Record<string, unknown>,
    );
  parent(to)[last] = parent(from)[last];
}

function hostFacts({ config }: LoadedConfig): HostFacts {
  const { network } = config;
  const initPath = findInit();
  return {
    version,
    root: config.root,
    state: config.state,
    listen: config.listen.map(({ url }) => url),
    socketGroup: config.socketGroup ?? undefined,
    cgroupParent: config.cgroupParent,
    network: {
      bridge: network.bridge,
      subnet: network.subnet,
      mtu: network.mtu,
      cniBinDirs: [...network.binDir],
      dns: [...network.dns],
      ipMasq: network.ipMasq,
      hairpin: network.hairpin,
      publishAddress: network.publishAddress,
    },
    cgroupVersion: cgroupVersion(),
    cgroupDriver: config.runtime.cgroupDriver,
    cdiSpecDirs: config.cdi.specDirs,
    containerdNamespace: config.containerd.namespace,
    snapshotter: config.containerd.snapshotter,
    addedRuntimes: config.runtime.add,
    ...(initPath !== undefined && { initPath }),
  };
}

async function settledWithin(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
