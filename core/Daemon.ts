/** Runs the core: containerd, the log keeper, plugins, recovery, surfaces. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from 'inversify';
import { keepFixed, type LoadedConfig } from '../config/index.ts';
import { catalogue } from '../hooks/catalogue.ts';
import type { Plugin } from '../hooks/definePlugin.ts';
import type { Engine, PluginStatus } from '../hooks/engine.ts';
import type { DaemonReloaded } from '../hooks/points/daemon.ts';
import { PouchError } from '../hooks/errors.ts';
import { coreKindNames } from './apply/effects/index.ts';
import type { StepObserver } from './apply/Ledger.ts';
import { assemble } from './assembly.ts';
import { ContainerdClient } from './containerd/index.ts';
import { ManagedContainerd } from './containerd/daemon/ManagedContainerd.ts';
import { checkMountNamespace } from './containerd/daemon/mountNamespace.ts';
import { supportedVersion } from './containerd/daemon/supportedVersion.ts';
import { FileWorkers } from './files/index.ts';
import { hostFacts } from './hostFacts.ts';
import { checkpointVerbs } from './lifecycle/checkpoint/checkpointVerbs.ts';
import { containerVerbs } from './lifecycle/containerVerbs.ts';
import { ExecInstances } from './lifecycle/exec/ExecInstances.ts';
import type { EngineContext } from './lifecycle/shared/engineContext.ts';
import { watchOom } from './lifecycle/exits/oom.ts';
import { recover } from './lifecycle/recovery/recover.ts';
import { HostSystem } from './lifecycle/system/HostSystem.ts';
import type { StderrLog } from './StderrLog.ts';
import { NetworkNamespaces } from './netns/NetworkNamespaces.ts';
import { pluginConfig } from './pluginConfig.ts';
import {
  bindServices,
  containerWith,
  engineOnceReady,
  type Generation,
  loadPlugins,
  Surfaces,
  type TapTrace,
  withFrozenRecords,
} from './plugins/index.ts';
import { fillReserve } from './state/reserve.ts';
import { systemClock } from './systemClock.ts';
import { version } from './version.ts';
import { happensWithin } from './wait/deadline.ts';

export interface DaemonOptions {
  loaded: LoadedConfig;
  log: StderrLog;
  builtIns: readonly Plugin[];
  /** argv that starts the log keeper. */
  keeperCommand: readonly string[];
  /** argv that starts a file worker, without the state directory. */
  filesCommand: readonly string[];
  /** Called with each ledger step; tests kill the daemon there. */
  onStep?: StepObserver;
}

/** Milliseconds for what a stop does beside waiting for operations: ending streams, plugins and helpers. */
const stopMarginMs = 5000;

export class Daemon {
  readonly #options: DaemonOptions;
  #loaded: LoadedConfig;
  readonly #shutdown = new AbortController();
  #containerd: { client: ContainerdClient; managed?: ManagedContainerd; version: string } | undefined;
  #context: EngineContext | undefined;
  #engine: Engine | undefined;
  readonly #surfaces: Surfaces;
  readonly #netns = new NetworkNamespaces();
  readonly #files: FileWorkers;
  /** What plugins inject, each service bound once. */
  readonly #services: Container;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#surfaces = new Surfaces(options.log);
    this.#files = new FileWorkers({
      command: [...options.filesCommand, options.loaded.config.state],
      timeout: () => this.#loaded.config.files.timeout,
    });
    this.#services = containerWith({ clock: systemClock, files: this.#files, log: options.log });
  }

  /** Resolves when the surfaces serve. */
  async start(): Promise<void> {
    const { config } = this.#loaded;
    await mkdir(config.root, { recursive: true, mode: 0o711 });
    await mkdir(config.state, { recursive: true, mode: 0o711 });
    await fillReserve(config.root);
    this.#netns.start();
    this.#containerd = await this.#connect();
    await checkMountNamespace(config.containerd.address, config.state);
    const context = this.#assemble(this.#containerd.client);
    const engine = engineOnceReady(this.#makeEngine(context), () => context.store.isLoaded);
    bindServices(this.#services, withFrozenRecords(engine));
    const [first] = await Promise.all([this.#load(1, this.#loaded), context.io.start()]);
    context.generations.swap(first);
    this.#context = context;
    void watchOom(context, this.#containerd.client);
    await Promise.all([recover(context), context.images.recover()]).catch(async (error: unknown) => {
      throw (await this.#containerd?.managed?.explained(error)) ?? error;
    });
    this.#engine = engine;
    await this.#surfaces.start(context.generations.current.surfaces, this.#engine);
    const { listen } = this.#loaded.config;
    const facts = { version, listen: listen.map(({ url }) => url), containers: context.store.list().length };
    context.generations.current.runner.observe(catalogue.daemon.ready, facts, { log: this.#options.log });
  }

  /**
   * Applies the settings that can change while containers run; the others keep their values until a restart.
   * @throws the error of a surface that does not start; then nothing has changed
   */
  async reload(loaded: LoadedConfig): Promise<void> {
    const context = this.#context;
    if (!context || !this.#engine) return;
    const kept = keepFixed(this.#loaded, loaded);
    const next = await this.#load(context.generations.current.number + 1, kept);
    await this.#surfaces.replace(next.surfaces, this.#engine).catch(async (error: unknown) => {
      await next.dispose();
      throw error;
    });
    this.#loaded = kept;
    context.generations.swap(next);
    next.runner.observe(catalogue.daemon.reload, reloaded(next), { log: this.#options.log });
  }

  /** After a start that failed: ends containerd and the log keeper too, unless there are containers for them. */
  async abandon(): Promise<void> {
    const containers = await readdir(join(this.#loaded.config.root, 'containers')).catch(() => []);
    const isNeeded = containers.length > 0;
    await this.#end('failed start', { keeper: !isNeeded });
    if (!isNeeded) await this.#containerd?.managed?.stop();
  }

  /** Stops serving; containers, containerd and the log keeper keep running. */
  async stop(reason: string): Promise<void> {
    await this.#end(reason, { keeper: false });
  }

  /** Milliseconds that `stop` may take before it is not going to end. */
  get stopLimit(): number {
    return this.#loaded.config.shutdownTimeout + stopMarginMs;
  }

  /** What keeps `stop` from ending, for the log. */
  pending(): { operations: string[]; files: string[] } {
    const operations = (this.#context?.locks.list() ?? []).map(
      ({ verb, container, since }) => `${verb} ${container.slice(0, 12)} since ${since}`,
    );
    return { operations, files: this.#files.pending() };
  }

  async #end(reason: string, { keeper }: { keeper: boolean }): Promise<void> {
    await this.#surfaces.stop();
    const context = this.#context;
    context?.generations.current.runner.observe(
      catalogue.daemon.shutdown,
      { reason },
      { log: this.#options.log },
    );
    context?.restarts.cancelAll();
    if (context) await happensWithin(context.locks.idle(), this.#loaded.config.shutdownTimeout);
    this.#shutdown.abort(new PouchError('PCH_CANCELLED', 'pouchd is shutting down'));
    await context?.io.stop({ keeper });
    await context?.generations.disposeAll();
    context?.images.close();
    this.#files.close();
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

  #assemble(client: ContainerdClient): EngineContext {
    const { log, keeperCommand, onStep } = this.#options;
    return assemble({
      loaded: () => this.#loaded,
      log,
      client,
      netns: this.#netns,
      files: this.#files,
      keeperCommand,
      ...(onStep && { onStep }),
      shutdown: this.#shutdown.signal,
    });
  }

  async #load(number: number, loaded: LoadedConfig): Promise<Generation> {
    return await loadPlugins({
      number,
      builtIns: this.#options.builtIns,
      entries: loaded.config.plugins,
      container: containerWith({ host: hostFacts(loaded), config: pluginConfig(loaded) }, this.#services),
      reserved: { effectKinds: coreKindNames },
      onTrace: (trace) => this.#reportFailure(trace),
      locate: (path) => {
        const at = loaded.lineOf(path);
        return at && `${at.file}:${at.line}`;
      },
    });
  }

  /** A failure that changes no result, an observer's for one, is an event at least. */
  #reportFailure({ plugin, hook, outcome, error }: TapTrace): void {
    if (error === undefined) return;
    const attributes = { name: plugin, hook, outcome, error };
    this.#context?.events.emit({ type: 'daemon', action: 'plugin_failed', id: plugin, attributes });
  }

  #makeEngine(context: EngineContext): Engine {
    const { config } = this.#loaded;
    const address = config.containerd.address;
    return {
      containers: containerVerbs(context),
      checkpoints: checkpointVerbs(context),
      execs: new ExecInstances(context, config.state),
      images: context.images,
      volumes: context.volumes,
      events: context.events,
      system: new HostSystem(context, () => ({ version: this.#containerd?.version ?? '', address })),
    };
  }
}

function reloaded({ number, plugins }: Generation): DaemonReloaded {
  const named = (state: PluginStatus['state']) =>
    plugins.filter((plugin) => plugin.state === state).map(({ name }) => name);
  return { generation: number, active: named('active'), quarantined: named('quarantined') };
}
