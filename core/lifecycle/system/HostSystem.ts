import { createHash } from 'node:crypto';
import os from 'node:os';
import type {
  AuthorizationSettings,
  ContainerStatus,
  EffectLeftover,
  NetworkInfo,
  Operation,
  ProfileInfo,
  RichModeInfo,
  RuntimeInfo,
  System,
  SystemInfo,
} from '../../../hooks/engine.ts';
import { cgroupVersion, operatingSystem } from '../../host/detect.ts';
import { diskQuotaObstacle, quotaMethod } from '../../host/diskQuota.ts';
import { hostPlatform } from '../../images/index.ts';
import { socketPeer } from '../../host/socketPeer.ts';
import { version } from '../../version.ts';
import { logDrivers } from '../../logDrivers/LogDrivers.ts';
import { networkDrivers } from '../../networks/NetworkDrivers.ts';
import { volumeDrivers } from '../../volumes/VolumeDrivers.ts';
import { damageWarnings } from '../damaged/damageWarnings.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { collectLeftovers } from '../leftovers/collect.ts';
import { listOperations } from './listOperations.ts';
import { describeProfiles } from './describeProfiles.ts';
import { describeRichModes } from './describeRichModes.ts';
import { describeRuntimes } from './describeRuntimes.ts';

export class HostSystem implements System {
  readonly peerOf = socketPeer;
  readonly updateSettings: System['updateSettings'];
  readonly #engine: EngineContext;
  readonly #containerd: () => { version: string; address: string };

  /** @param updateSettings of the daemon, which has the configuration */
  constructor(
    engine: EngineContext,
    containerd: () => { version: string; address: string },
    updateSettings: System['updateSettings'],
  ) {
    this.updateSettings = updateSettings;
    this.#engine = engine;
    this.#containerd = containerd;
  }

  async info(): Promise<SystemInfo> {
    const { config, generations, images } = this.#engine;
    return {
      // Stable for an installation: two daemons on one host have two.
      id: createHash('sha256').update(`${os.hostname()} ${config.root}`).digest('hex').slice(0, 32),
      version,
      containers: this.#counts(),
      images: (await images.list()).length,
      root: config.root,
      state: config.state,
      cgroupParent: config.cgroupParent,
      cgroupDriver: config.runtime.cgroupDriver,
      cgroupVersion: cgroupVersion(),
      kernel: os.release(),
      operatingSystem: operatingSystem(),
      architecture: os.machine(),
      cpus: os.cpus().length,
      memory: os.totalmem(),
      hostname: os.hostname(),
      diskQuota: this.#diskQuota(),
      runtimes: await this.#runtimes('path', (path) => ({ path })),
      defaultRuntime: config.runtime.default,
      volumeDrivers: [...volumeDrivers(generations.current).keys()].sort(),
      logDrivers: [...logDrivers(generations.current).keys()].sort(),
      networkDrivers: [...networkDrivers(generations.current).keys()].sort(),
      containerd: { ...this.#containerd(), managed: config.containerd.managed },
      plugins: this.#engine.secrets.data([...generations.current.plugins]),
      warnings: [...(await damageWarnings(this.#engine)), ...this.#engine.deliveries.warnings()],
      time: new Date().toISOString(),
    };
  }

  async version() {
    return {
      version,
      commit: '',
      builtAt: '',
      containerd: this.#containerd().version,
      runtimes: await this.#runtimes('version', (text) => text),
      node: process.version,
      kernel: os.release(),
      architecture: hostPlatform().architecture,
    };
  }

  networks(): NetworkInfo[] {
    return this.#engine.networks.list().map(({ name, driver }) => ({ name, driver }));
  }

  ops(): Operation[] {
    return listOperations(this.#engine);
  }

  async forCaller<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return await this.#engine.operations.forCaller(signal, work);
  }

  authorization(): AuthorizationSettings {
    return this.#engine.config.authorization;
  }

  profiles(): ProfileInfo[] {
    return describeProfiles(this.#engine);
  }

  richModes(): RichModeInfo[] {
    return describeRichModes(this.#engine);
  }

  async collectEffects(options?: { dryRun?: boolean }): Promise<EffectLeftover[]> {
    return await collectLeftovers(this.#engine, options);
  }

  runtimes(): Promise<RuntimeInfo[]> {
    return describeRuntimes(this.#engine);
  }

  #diskQuota(): string {
    const { snapshotter } = this.#engine.config.containerd;
    const obstacle = diskQuotaObstacle({ snapshotter });
    return obstacle === undefined ? quotaMethod : `not available: ${obstacle}`;
  }

  #counts(): SystemInfo['containers'] {
    const { store } = this.#engine;
    const all = [...store.list(), ...store.damaged()];
    const count = (...wanted: ContainerStatus[]) =>
      all.filter(({ state }) => wanted.includes(state.status)).length;
    return {
      total: all.length,
      running: count('running'),
      paused: count('paused'),
      stopped: count('created', 'exited', 'dead', 'restarting', 'removing'),
    };
  }

  async #runtimes<T>(field: 'path' | 'version', make: (text: string) => T): Promise<Record<string, T>> {
    const named = [...new Set(this.#engine.generations.current.runtimes.values())];
    const states = await Promise.all(
      named.map(async (runtime) => [runtime.name, await runtime.probe()] as const),
    );
    return Object.fromEntries(
      states.filter(([, state]) => state.usable).map(([name, state]) => [name, make(state[field])]),
    );
  }
}
