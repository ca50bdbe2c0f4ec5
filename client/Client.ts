import { defaultHost } from './address.ts';
import { AgentCalls } from './AgentCalls.ts';
import { BuildCalls } from './BuildCalls.ts';
import { CheckpointCalls } from './CheckpointCalls.ts';
import { ContainerCalls } from './ContainerCalls.ts';
import { CopyCalls } from './CopyCalls.ts';
import { ExecCalls } from './ExecCalls.ts';
import { ExtensionCalls } from './ExtensionCalls.ts';
import { ImageCalls } from './ImageCalls.ts';
import { NetworkCalls } from './NetworkCalls.ts';
import { PluginCalls } from './PluginCalls.ts';
import { PouchCalls } from './PouchCalls.ts';
import type { Security } from './security.ts';
import { ServiceCalls } from './ServiceCalls.ts';
import { SnapshotCalls } from './SnapshotCalls.ts';
import { SystemCalls } from './SystemCalls.ts';
import { Transport } from './Transport.ts';
import { VolumeCalls } from './VolumeCalls.ts';

export interface ClientOptions extends Security {
  /** `unix:///PATH`, `tcp://ADDRESS:PORT`, `https://ADDRESS:PORT` or `ssh://[USER@]HOST[:PORT]`; {@link defaultHost} if undefined. */
  host?: string;
  /** Of the program, as its HTTP header: pouchd names fields as the users of known programs know them. */
  userAgent?: string;
}

/**
 * The typed client of pouchd's HTTP API, which is Docker's Engine API with additions. Everything except `pouch`,
 * `plugins`, `services` and `snapshots` works with dockerd too. A call that fails throws {@link ClientError}.
 */
export class Client {
  readonly containers: ContainerCalls;
  readonly checkpoints: CheckpointCalls;
  readonly copies: CopyCalls;
  readonly execs: ExecCalls;
  readonly images: ImageCalls;
  readonly builds: BuildCalls;
  readonly volumes: VolumeCalls;
  readonly networks: NetworkCalls;
  readonly services: ServiceCalls;
  readonly snapshots: SnapshotCalls;
  readonly system: SystemCalls;
  readonly plugins: PluginCalls;
  readonly agent: AgentCalls;
  readonly extensions: ExtensionCalls;
  readonly pouch: PouchCalls;
  readonly #transport: Transport;

  /** @throws ClientError PCH_OPTION_INVALID for an invalid address, or a token that would be sent unencrypted */
  constructor({ host = defaultHost, userAgent, ...security }: ClientOptions = {}) {
    this.#transport = new Transport(host, security, userAgent);
    this.containers = new ContainerCalls(this.#transport);
    this.checkpoints = new CheckpointCalls(this.#transport);
    this.copies = new CopyCalls(this.#transport);
    this.execs = new ExecCalls(this.#transport);
    this.builds = new BuildCalls(this.#transport);
    this.images = new ImageCalls(this.#transport);
    this.volumes = new VolumeCalls(this.#transport);
    this.networks = new NetworkCalls(this.#transport);
    this.services = new ServiceCalls(this.#transport);
    this.snapshots = new SnapshotCalls(this.#transport);
    this.system = new SystemCalls(this.#transport);
    this.plugins = new PluginCalls(this.#transport);
    this.agent = new AgentCalls(this.#transport);
    this.extensions = new ExtensionCalls(this.#transport);
    this.pouch = new PouchCalls(this.#transport);
  }

  /** Address of the daemon: `unix:///run/pouch/pouchd.sock`. */
  get host(): string {
    return this.#transport.address.text;
  }

  /** Closes idle connections, which would keep the process alive. */
  close(): void {
    this.#transport.close();
  }
}
