import { defaultHost } from './address.ts';
import { CheckpointCalls } from './CheckpointCalls.ts';
import { ContainerCalls } from './ContainerCalls.ts';
import { ExecCalls } from './ExecCalls.ts';
import { ImageCalls } from './ImageCalls.ts';
import { PouchCalls } from './PouchCalls.ts';
import type { Security } from './security.ts';
import { SystemCalls } from './SystemCalls.ts';
import { Transport } from './Transport.ts';
import { VolumeCalls } from './VolumeCalls.ts';

export interface ClientOptions extends Security {
  /** `unix:///PATH`, `tcp://ADDRESS:PORT` or `https://ADDRESS:PORT`; the daemon's default socket if undefined. */
  host?: string;
}

/**
 * The typed client of pouchd's HTTP API, which is Docker's Engine API with additions; so it talks to dockerd as well,
 * except for `pouch`. Every call throws ClientError.
 */
export class Client {
  readonly containers: ContainerCalls;
  readonly checkpoints: CheckpointCalls;
  readonly execs: ExecCalls;
  readonly images: ImageCalls;
  readonly volumes: VolumeCalls;
  readonly system: SystemCalls;
  readonly pouch: PouchCalls;
  private readonly transport: Transport;

  /** @throws PCH_OPTION_INVALID for an address of another form, or a token that would be sent in the clear */
  constructor({ host = defaultHost, ...security }: ClientOptions = {}) {
    this.transport = new Transport(host, security);
    this.containers = new ContainerCalls(this.transport);
    this.checkpoints = new CheckpointCalls(this.transport);
    this.execs = new ExecCalls(this.transport);
    this.images = new ImageCalls(this.transport);
    this.volumes = new VolumeCalls(this.transport);
    this.system = new SystemCalls(this.transport);
    this.pouch = new PouchCalls(this.transport);
  }

  /** Where it calls: `unix:///run/pouch/pouchd.sock`. */
  get host(): string {
    return this.transport.address.text;
  }

  /** Closes idle connections, so that a process can end. */
  close(): void {
    this.transport.close();
  }
}
