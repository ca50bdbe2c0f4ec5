/** Runs the core: containerd, the log keeper, plugins, recovery, surfaces. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from 'inversify';
import {
  type ChangedFile,
  declaredSections,
  diffForReload,
  keepFixed,
  type LoadedConfig,
  type LoadOptions,
  type ReloadDiff,
  type SettingChanges,
} from '../config/index.ts';
import { catalogue } from '../hooks/catalogue.ts';
import type { Plugin } from '../hooks/definePlugin.ts';
import type { Engine, PluginReload, PluginStatus, SettingsUpdate } from '../hooks/engine.ts';
import type { DaemonReloaded } from '../hooks/points/daemon.ts';
import { messageOf, PouchError } from '../hooks/errors.ts';
import { reservedKindNames } from './apply/effects/index.ts';
import { AppliedKinds } from './apply/AppliedKinds.ts';
import { deviceCgroupsOf } from './apply/deviceCgroups.ts';
import type { StepObserver } from './apply/Ledger.ts';
import { assemble } from './assembly.ts';
import { ConfigFiles } from './ConfigFiles.ts';
import { ContainerdClient } from './containerd/index.ts';
import { ManagedContainerd } from './containerd/daemon/ManagedContainerd.ts';
import { checkMountNamespace } from './containerd/daemon/mountNamespace.ts';
import { supportedVersion } from './containerd/daemon/supportedVersion.ts';
import { FileWorkers } from './files/index.ts';
import type { InheritedSocket } from './host/inheritedSockets.ts';
import { hostFacts } from './hostFacts.ts';
import { snapshotVerbs } from './lifecycle/snapshots/snapshotVerbs.ts';
import { checkpointVerbs } from './lifecycle/checkpoint/checkpointVerbs.ts';
import { networkVerbs } from './lifecycle/networkVerbs.ts';
import { buildVerbs } from './lifecycle/build/buildVerbs.ts';
import { removeLeftBuilds } from './lifecycle/build/removeLeftBuilds.ts';
import { containerVerbs } from './lifecycle/containerVerbs.ts';
import { ExecInstances } from './lifecycle/exec/ExecInstances.ts';
import type { EngineContext } from './lifecycle/shared/engineContext.ts';
import { watchOom } from './lifecycle/exits/oom.ts';
import { recover } from './lifecycle/recovery/recover.ts';
import { withListedVerbs } from './lifecycle/shared/listedVerbs.ts';
import { PluginExtensions } from './lifecycle/extensions/PluginExtensions.ts';
import { HostSystem } from './lifecycle/system/HostSystem.ts';
import { Secrets } from './secrets/Secrets.ts';
import type { StderrLog } from './StderrLog.ts';
import { checkNetworks } from './networks/checkNetworks.ts';
import { NetworkNamespaces } from './netns/NetworkNamespaces.ts';
import { confinementIn, entryOf, locateIn, pluginConfig, sectionsOf } from './pluginConfig.ts';
import {
  bindServices,
  checkPlugin,
  containerWith,
  engineOnceReady,
  withErrors,
  type Generation,
  KeptPlugins,
  loadPlugins,
  type OwnedSurface,
  type ChangePlugins,
  changesBetween,
  DisabledPlugins,
  InstalledPlugins,
  PluginInstaller,
  PluginLogs,
  PluginSwitches,
  PluginManager,
  type ProcessSurroundings,
  PromotedPlugins,
  ShadowQueue,
  ShadowSwitches,
  Sidecars,
  Surfaces,
  type TapTrace,
  withFrozenRecords,
} from './plugins/index.ts';
import { replaceConfigFile } from './replaceConfigFile.ts';
import { fillReserve } from './state/reserve.ts';
import { systemClock } from './systemClock.ts';
import { version } from './version.ts';
import { happensWithin } from './wait/deadline.ts';
import { untilAborted } from './wait/untilAborted.ts';

export interface DaemonOptions {
  loaded: LoadedConfig;
  /** Absolute path of the main file of the configuration, which may be missing. */
  mainFile: string;
  /** Why the files of the configuration are not in force as they are. */
  filesProblem?: string | undefined;
  /** Reads the configuration again, to replace the one in force. */
  reread: (inForce: LoadedConfig, applied?: LoadOptions['applied']) => LoadedConfig;
  /** A digest of the files of the configuration as they are. */
  filesDigest: () => string;
  /** The configuration file with other values of settings, to replace the one in force. */
  change: (changes: SettingChanges, inForce: LoadedConfig) => ChangedFile;
  log: StderrLog;
  builtIns: readonly Plugin[];
  /** Sockets that systemd listens on for the daemon. */
  inherited: readonly InheritedSocket[];
  /** argv that starts the log keeper. */
  keeperCommand: readonly string[];
  /** argv that starts the resolver of containers. */
  resolverCommand: readonly string[];
  /** Path of the program that holds the consoles of rich containers. */
  consoleProgram: string;
  /** Path of the program that copies between ports of the host and containers. */
  proxyProgram: string;
  /** Path of the program that replaces device rules in cgroup v2. */
  devicesProgram: string;
  /** argv that starts a file worker, without the state directory. */
  filesCommand: readonly string[];
  /** argv that starts a trial of plugin files, without the files. */
  trialCommand: readonly string[];
  /** Names of the commands of `pouch`, which no verb of a plugin has. */
  commands: readonly string[];
  /** argv that starts the host of a plugin's module. */
  hostCommand: readonly string[];
  /** Path of the process of a build's container. */
  pauseProgram: string;
  /** Path of the program that confines plugins. */
  confineProgram: string;
  /** Called with each ledger step; tests kill the daemon there. */
  onStep?: StepObserver;
}

/** Milliseconds for what a stop does beside waiting for operations: ending streams, plugins and helpers. */
const stopMarginMs = 5000;
/** Of these, for the surfaces. */
const surfacesStopMs = 4000;

/** Before the first generation. */
const nothing = { plugins: [], versions: new Map(), shadows: [] };

export class Daemon {
  readonly #options: DaemonOptions;
  #loaded: LoadedConfig;
  /** Ends operations. */
  readonly #shutdown = new AbortController();
  /** Ends a start. */
  readonly #stopping = new AbortController();
  #containerd: { client: ContainerdClient; managed?: ManagedContainerd; version: string } | undefined;
  #context: EngineContext | undefined;
  /** Once the surfaces serve. */
  #engine: Engine | undefined;
  readonly #surfaces: Surfaces;
  readonly #sidecars: Sidecars;
  /** Ends when the last change of the generation so far has. */
  #lastChange: Promise<unknown> = Promise.resolve();
  readonly #netns = new NetworkNamespaces();
  readonly #files: FileWorkers;
  readonly #appliedKinds = new AppliedKinds();
  readonly #kept: KeptPlugins;
  readonly #secrets = new Secrets(() => this.#loaded.config.secrets.names);
  readonly #configFiles: ConfigFiles;
  readonly #pluginLogs = new PluginLogs();
  readonly #disabled: DisabledPlugins;
  readonly #installed: InstalledPlugins;
  readonly #promoted: PromotedPlugins;
  readonly #shadowQueue: ShadowQueue;
  /** What plugins inject, each service bound once. */
  readonly #services: Container;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#configFiles = new ConfigFiles({
      reread: options.reread,
      digest: options.filesDigest,
      current: () => this.#loaded,
      main: options.mainFile,
      problem: options.filesProblem,
      declaring: options.builtIns.flatMap(({ name, sections = [] }) => (sections.length > 0 ? [name] : [])),
      secrets: this.#secrets,
      log: options.log,
    });
    options.log.hide((text) => this.#secrets.text(text));
    options.log.copyPluginEntries((plugin, entry) => this.#pluginLogs.add(plugin, entry));
    this.#surfaces = new Surfaces({
      log: options.log,
      timeout: () => this.#loaded.config.pluginTimeout,
      onFailed: (owned, error) => void this.#oneByOne(() => this.#surfaceFailed(owned, error)),
    });
    this.#sidecars = new Sidecars({
      directory: join(options.loaded.config.state, 'sidecars'),
      cgroupParent: options.loaded.config.cgroupParent,
      confinement: confinementIn(options.loaded, options.confineProgram),
      log: options.log,
      emit: (event) => this.#context?.events.emit(event),
    });
    this.#files = new FileWorkers({
      command: [...options.filesCommand, options.loaded.config.state],
      timeout: () => this.#loaded.config.files.timeout,
    });
    this.#services = containerWith({ clock: systemClock, files: this.#files, log: options.log });
    this.#installed = new InstalledPlugins(options.loaded.config.root, options.log);
    this.#disabled = new DisabledPlugins(
      join(options.loaded.config.root, 'disabled-plugins.json'),
      options.log,
    );
    this.#promoted = new PromotedPlugins(
      join(options.loaded.config.root, 'promoted-plugins.json'),
      options.log,
    );
    this.#shadowQueue = new ShadowQueue({ log: options.log, secrets: this.#secrets });
    this.#kept = new KeptPlugins({
      directory: join(options.loaded.config.root, 'plugins'),
      builtIns: options.builtIns,
      log: options.log,
      processes: () => this.#processes(this.#loaded),
      container: () => this.#servicesOf(this.#loaded),
      serving: () => this.#context?.generations.newest?.versions.values() ?? [],
      isApplied: (kind) => this.#appliedKinds.has(kind),
    });
  }

  /** Resolves when the surfaces serve. @throws PCH_CANCELLED if `stop` is called meanwhile */
  async start(): Promise<void> {
    const { signal } = this.#stopping;
    const stage = <T>(work: () => Promise<T>) => {
      signal.throwIfAborted();
      return untilAborted(work(), signal);
    };
    const { config } = this.#loaded;
    await mkdir(config.root, { recursive: true, mode: 0o711 });
    await mkdir(config.state, { recursive: true, mode: 0o711 });
    await fillReserve(config.root);
    signal.throwIfAborted();
    this.#netns.start();
    this.#containerd = await stage(() => this.#connect());
    await stage(() => checkMountNamespace(config.containerd.address, config.state));
    const context = (this.#context = this.#assemble(this.#containerd.client));
    const made = withErrors(this.#makeEngine(context), (error) => this.#secrets.error(error));
    const engine = engineOnceReady(made, () => context.store.isLoaded);
    bindServices(this.#services, withFrozenRecords(engine));
    await Promise.all([this.#disabled.read(), this.#installed.read(), this.#promoted.read()]);
    const [first] = await stage(() => Promise.all([this.#load(1, this.#loaded), context.io.start()]));
    this.#configFiles.loaded(changesBetween(nothing, first), { isStart: true });
    await stage(() => this.#kept.keep(first));
    context.generations.swap(first);
    void watchOom(context, this.#containerd.client);
    await stage(() => this.#recover(context));
    context.snapshotSchedules.start();
    await stage(() => this.#oneByOne(() => this.#serve(context, engine, first)));
    await this.#installed.prune(await this.#kept.sources());
    await this.#configFiles.remember();
    const { listen } = this.#loaded.config;
    const facts = { version, listen: listen.map(({ url }) => url), containers: context.store.list().length };
    context.generations.current.runner.observe(catalogue.daemon.ready, facts, { log: this.#options.log });
  }

  /** Resolves once what the surfaces have begun with is done, such as the first converge of the host agent. */
  async settled(report: (status: string) => void): Promise<void> {
    await this.#surfaces.settled(report);
  }

  /**
   * Reads the configuration again, applies the settings that can change while containers run, and loads the plugins
   * again; the other settings keep their values until a restart.
   * @throws PCH_CONFIG_INVALID and others of the configuration; then nothing has changed
   */
  async reload(): Promise<PluginReload> {
    return await this.#oneByOne(() => this.#reload());
  }

  /** The same for files that have changed since they were last looked at, unless `watchConfig` is false. */
  async reloadChanged(): Promise<void> {
    await this.#oneByOne(async () => {
      if (this.#loaded.config.watchConfig && this.#configFiles.haveChanged()) await this.#reload();
    });
  }

  /** Absolute paths of the files in force; the main one may be missing. */
  get configFiles(): readonly string[] {
    return this.#loaded.files;
  }

  async #reload(): Promise<PluginReload> {
    const { context } = this.#started();
    const emit = (action: string, attributes: Record<string, string> = {}) =>
      context.events.emit({ type: 'daemon', action, id: 'pouchd', attributes });
    try {
      const done = await this.#configFiles.reload(async (read) => {
        const { changed, diff } = await this.#apply(read);
        return { ...changed, ...reportOf(diff) };
      });
      emit('reload');
      return done;
    } catch (error) {
      emit('reload_failed', { error: this.#configFiles.problem ?? '' });
      throw error;
    }
  }

  /** Puts the settings of a configuration in force that can change while containers run. */
  async #apply(read: LoadedConfig) {
    const diff = diffForReload(this.#loaded.config, read.config);
    const changed = await this.#loadAgain(keepFixed(this.#loaded, read));
    this.#applySettings(this.#started().context);
    this.#logReload(diff);
    return { changed, diff };
  }

  /** Changes settings in the file, and applies them unless `offline`. A failure leaves the file as it was. */
  async updateSettings(
    changes: SettingChanges,
    { offline = false }: { offline?: boolean } = {},
  ): Promise<SettingsUpdate> {
    return await this.#oneByOne(async () => {
      this.#started();
      const changed = this.#options.change(changes, this.#loaded);
      const { file, loaded } = changed;
      const fixed = diffForReload(this.#loaded.config, loaded.config).needsRestart.filter(({ path }) =>
        Object.hasOwn(changes, path),
      );
      if (!offline && fixed.length > 0) throw needRestart(fixed);
      await replaceConfigFile(changed, changed.text);
      this.#configFiles.written();
      this.#options.log.info('settings changed in the file', { file, changed: Object.keys(changes) });
      if (offline) return { file, plugins: [], settings: [], needRestart: fixed };
      try {
        const { changed: load, diff } = await this.#apply(loaded);
        const { settings, needRestart } = reportOf(diff);
        this.#configFiles.loaded(load.plugins);
        await this.#configFiles.remember();
        return { file, plugins: load.plugins, settings: [...settings], needRestart: [...needRestart] };
      } catch (error) {
        await replaceConfigFile(changed, changed.before);
        this.#configFiles.written();
        throw error;
      }
    });
  }

  /** Loads the plugins with a configuration, which is in force from then on. */
  async #loadAgain(loaded: LoadedConfig): Promise<Pick<PluginReload, 'generation' | 'plugins'>> {
    const { context, engine } = this.#started();
    const before = context.generations.newest ?? context.generations.current;
    await this.#serve(context, engine, await this.#load(before.number + 1, loaded, before), loaded);
    this.#loaded = loaded;
    const next = context.generations.newest ?? before;
    next.runner.observe(catalogue.daemon.reload, reloaded(next), { log: this.#options.log });
    return { generation: next.number, plugins: this.#secrets.data(changesBetween(before, next)) };
  }

  /** @throws PCH_NOT_READY */
  #started(): { context: EngineContext; engine: Engine } {
    const context = this.#context;
    const engine = this.#engine;
    if (context && engine) return { context, engine };
    throw new PouchError('PCH_NOT_READY', 'pouchd is starting', { hint: 'try again once it serves' });
  }

  #applySettings(context: EngineContext): void {
    // `secrets.names` may be others.
    this.#noteOptions(this.#loaded);
    for (const { draft } of context.store.list()) this.#secrets.note(draft);
    this.#options.log.configure(this.#loaded.config.log);
  }

  #logReload({ reloadable, needsRestart }: ReloadDiff): void {
    const { log } = this.#options;
    log.info('configuration reloaded', { changed: reloadable });
    for (const { path, why } of needsRestart) log.warn('the change needs a restart of pouchd', { path, why });
  }

  /**
   * Starts the surfaces of a generation and makes it the current one, without the plugins whose surfaces do not start.
   * @throws the error of a required surface, when pouchd starts
   */
  async #serve(
    context: EngineContext,
    engine: Engine,
    generation: Generation,
    loaded = this.#loaded,
  ): Promise<void> {
    const { generations } = context;
    await this.#sidecars.endOthers(generation);
    for (;;) {
      const surfaces = [...this.#sidecars.surfacesOf(generation), ...generation.surfaces];
      const failures = await this.#surfaces.replace(surfaces, engine);
      const fatal = failures.find(({ owned }) => owned.surface.required);
      if (fatal && !this.#engine) throw this.#secrets.error(fatal.error);
      if (failures.length === 0) break;
      const rest = generation.without(new Map(failures.map(({ owned, error }) => [owned.plugin, error])));
      if (generation !== generations.newest) await generation.dispose();
      generation = rest;
    }
    await this.#kept.keep(generation);
    if (generation !== generations.newest) generations.swap(generation);
    context.deliveries.retryNow();
    // A damaged container may have effects that its journal does not list.
    if (context.store.damaged().length === 0) await this.#kept.prune(generation);
    this.#engine = engine;
    void this.#reportNetworks(generation, loaded);
  }

  /** Those that cannot be used, so that the first container is not the one to find out. */
  async #reportNetworks(generation: Generation, { config }: LoadedConfig): Promise<void> {
    const reports = await checkNetworks(generation, config.network.networks);
    for (const { name, ok, found: error, fix: hint } of reports)
      if (!ok) this.#options.log.error(`${name} cannot be used`, { error, hint });
  }

  /** Quarantines the plugin of a surface that has failed while it served. */
  async #surfaceFailed(owned: OwnedSurface, error: PouchError): Promise<void> {
    const { plugin, surface } = owned;
    const { log } = this.#options;
    const { name, required = false } = surface;
    log.error('a surface has failed', { plugin, surface: name, code: error.code, error: error.message });
    const context = this.#context;
    const current = context?.generations.newest;
    const isCurrent = owned.isSidecar ?? current?.surfaces.some((one) => one.surface === surface);
    if (required || !context || !this.#engine || !current || !isCurrent) return;
    await this.#serve(context, this.#engine, current.without(new Map([[plugin, error]])));
  }

  /** Runs changes of the generation one after another. */
  async #oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change);
    this.#lastChange = done.catch(() => undefined);
    return await done;
  }

  async #recover(context: EngineContext): Promise<void> {
    try {
      await context.networks.load();
      await Promise.all([recover(context), context.images.recover()]);
      void context.names.complete().catch((error: unknown) => {
        context.log.error('names do not resolve in containers', { error: messageOf(error) });
      });
      void context.ports.complete().catch((error: unknown) => {
        context.log.error('published ports are not listened on', { error: messageOf(error) });
      });
      await removeLeftBuilds(context);
      void context.networks.recover().catch((error: unknown) => {
        context.log.warn('unfinished networks are left for the next start', { error: messageOf(error) });
      });
      // Drivers may be slow, and nothing else waits for their volumes.
      void context.volumes.recover().catch((error: unknown) => {
        context.log.warn('unfinished volumes are left for the next start', { error: messageOf(error) });
      });
    } catch (error) {
      throw (await this.#containerd?.managed?.explained(error)) ?? error;
    }
  }

  /** After a start that failed: ends containerd and the log keeper too, unless there are containers for them. */
  async abandon(): Promise<void> {
    const containers = await readdir(join(this.#loaded.config.root, 'containers')).catch(() => []);
    const isNeeded = containers.length > 0;
    await this.#end('failed start', { keeper: !isNeeded });
    if (!isNeeded) await this.#containerd?.managed?.stop();
  }

  /** Stops serving, or a start under way; containers, containerd and the log keeper keep running. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort(new PouchError('PCH_CANCELLED', 'pouchd is shutting down'));
    await this.#end(reason, { keeper: false });
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
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
    this.#sidecars.beginEnd();
    await this.#surfaces.end(surfacesStopMs);
    const context = this.#context;
    const generation = context?.generations.newest;
    generation?.runner.observe(catalogue.daemon.shutdown, { reason }, { log: this.#options.log });
    context?.restarts.cancelAll();
    context?.snapshotSchedules.stop();
    if (context) await happensWithin(context.locks.idle(), this.#loaded.config.shutdownTimeout);
    await context?.healthWatches.endAll();
    this.#shutdown.abort(new PouchError('PCH_CANCELLED', 'pouchd is shutting down'));
    context?.hostProcesses.detach();
    await context?.deliveries.stop();
    await context?.io.stop({ keeper });
    await Promise.all([context?.names.stop(), context?.ports.stop()]);
    await context?.generations.disposeAll();
    await context?.tracing.end();
    await this.#kept.disposeAll();
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
      startTimeout: () => this.#loaded.config.containerd.startTimeout,
      onEvent: (event) => this.#options.log.info('containerd', { ...event }),
    });
    const started = await containerd.start();
    return { client, managed: containerd, version: started.version };
  }

  #assemble(client: ContainerdClient): EngineContext {
    const { log, keeperCommand, resolverCommand, consoleProgram, devicesProgram, pauseProgram } =
      this.#options;
    const { proxyProgram, onStep } = this.#options;
    return assemble({
      loaded: () => this.#loaded,
      log,
      client,
      netns: this.#netns,
      files: this.#files,
      keeperCommand,
      resolverCommand,
      consoleProgram,
      proxyProgram,
      pauseProgram,
      deviceCgroups: deviceCgroupsOf(devicesProgram),
      ...(onStep && { onStep }),
      appliedKinds: this.#appliedKinds,
      secrets: this.#secrets,
      sidecars: this.#sidecars,
      kept: this.#kept,
      confinement: confinementIn(this.#loaded, this.#options.confineProgram),
      shutdown: this.#shutdown.signal,
    });
  }

  #servicesOf(loaded: LoadedConfig): Container {
    return containerWith(
      {
        host: hostFacts(loaded, this.#options.inherited),
        config: pluginConfig(loaded, {
          read: (applied) => this.#configFiles.read(applied),
          problem: () => this.#configFiles.problem,
          isSecretText: (text) => this.#secrets.isOfFile(text),
        }),
      },
      this.#services,
    );
  }

  async #load(number: number, loaded: LoadedConfig, previous?: Generation): Promise<Generation> {
    this.#noteOptions(loaded);
    return await loadPlugins({
      ...this.#readOptions(loaded),
      refused: await this.#installed.tampered(),
      number,
      previous,
      container: this.#servicesOf(loaded),
      reserved: { effect: reservedKindNames, verb: this.#options.commands },
      onTrace: (trace) => {
        this.#noteCall(trace);
        this.#context?.operations.trace(trace);
      },
      operation: () => this.#context?.operations.current,
      shadowQueue: this.#shadowQueue,
    });
  }

  #readOptions(loaded: LoadedConfig) {
    const { trialCommand, builtIns } = this.#options;
    const signal = this.#stopping.signal;
    const { plugins, hooksDir } = loaded.config;
    const installed = this.#installed.applyTo(plugins);
    const entries = this.#promoted.applyTo(this.#disabled.applyTo(installed));
    const locate = locateIn(loaded);
    const sections = sectionsOf(loaded);
    return {
      trialCommand,
      builtIns,
      entries,
      sections,
      hooksDir,
      signal,
      locate,
      ...this.#processes(loaded),
    };
  }

  #processes(loaded: LoadedConfig): ProcessSurroundings {
    const { config } = loaded;
    const { hostCommand, confineProgram } = this.#options;
    return {
      hostCommand,
      confinement: confinementIn(loaded, confineProgram),
      timeoutMs: config.pluginTimeout,
      secrets: this.#secrets,
      cgroupParent: config.cgroupParent,
    };
  }

  #noteOptions({ config }: LoadedConfig): void {
    for (const [index, { options, env }] of config.plugins.entries())
      this.#secrets.noteNamed(`plugins[${index}]`, { options, env });
    for (const section of declaredSections) this.#secrets.noteNamed(section, config[section]);
    this.#secrets.noteNamed('registries.credentials', config.registries.credentials);
  }

  #makeManager(context: EngineContext): PluginManager {
    const { store, generations, appliedKinds, secrets } = context;
    const change: ChangePlugins = (work) => this.#oneByOne(() => work(() => this.#loadAgain(this.#loaded)));
    const current = () => generations.newest ?? generations.current;
    const check = (path: string) => checkPlugin(path, this.#readOptions(this.#loaded));
    const installer = new PluginInstaller({
      installed: this.#installed,
      check,
      change,
      plugins: () => current().plugins,
      entryOf: (name) => entryOf(this.#loaded, name),
      fetchArtifact: (reference, options) => context.images.fetchArtifact(reference, options),
    });
    const configuration = () => ({
      entries: this.#installed.applyTo(this.#loaded.config.plugins),
      locate: locateIn(this.#loaded),
    });
    const switches = new PluginSwitches({
      disabled: this.#disabled,
      configuration,
      change,
      needs: () => ({
        generation: current(),
        containers: store.list().map(({ name, draft: { runtime } }) => ({ name, runtime })),
        defaultRuntime: context.config.runtime.default,
        isApplied: (kind) => appliedKinds.has(kind),
      }),
    });
    return new PluginManager({
      check,
      reload: () => this.reload(),
      current,
      logs: this.#pluginLogs,
      switches,
      installer,
      shadows: new ShadowSwitches({ configuration, change, promoted: this.#promoted, current }),
      sidecars: (plugin) => this.#sidecars.statusOf(plugin),
      mask: (data) => secrets.data(data),
    });
  }

  /** A failure that changes no result, an observer's for one, is an event at least. */
  #noteCall(trace: TapTrace): void {
    this.#context?.hookMetrics.note(trace);
    const { plugin, hook, outcome, error } = trace;
    if (error === undefined) return;
    const attributes = { name: plugin, hook, outcome, error };
    this.#context?.events.emit({ type: 'daemon', action: 'plugin_failed', id: plugin, attributes });
  }

  #makeEngine(context: EngineContext): Engine {
    const { config } = this.#loaded;
    const address = config.containerd.address;
    const engine = {
      containers: containerVerbs(context),
      builds: buildVerbs(context),
      checkpoints: checkpointVerbs(context),
      snapshots: snapshotVerbs(context),
      execs: new ExecInstances(context, config.state),
      images: context.images,
      volumes: context.volumes,
      networks: networkVerbs(context),
      events: context.events,
      extensions: new PluginExtensions(context),
      plugins: this.#makeManager(context),
      system: new HostSystem(
        context,
        () => ({ version: this.#containerd?.version ?? '', address }),
        (changes, options) => this.updateSettings(changes, options),
      ),
    };
    return withListedVerbs(engine, context.operations);
  }
}

function reportOf({ reloadable, needsRestart }: ReloadDiff): Pick<PluginReload, 'settings' | 'needRestart'> {
  return { settings: reloadable.filter((path) => path !== 'plugins'), needRestart: needsRestart };
}

function needRestart(fixed: ReloadDiff['needsRestart']): PouchError {
  const reasons = fixed.map(({ path, why }) => `${path}: ${why}`).join('; ');
  return new PouchError('PCH_CONFIG_FIXED', `these settings change only at a start of pouchd: ${reasons}`, {
    hint: 'write them with `offline`, and restart pouchd; containers keep running',
  });
}

function reloaded({ number, plugins }: Generation): DaemonReloaded {
  const named = (state: PluginStatus['state']) =>
    plugins.filter((plugin) => plugin.state === state).map(({ name }) => name);
  return { generation: number, active: named('active'), quarantined: named('quarantined') };
}
