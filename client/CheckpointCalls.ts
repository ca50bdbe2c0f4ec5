import { containerPath } from './ContainerCalls.ts';
import type { Transport } from './Transport.ts';
import type { CheckpointCreateRequest, CheckpointSummary } from './wire.ts';

/** Calls on checkpoints. To start a container from one, pass its name to `containers.start`. */
export class CheckpointCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Writes a checkpoint of a running container, which ends unless `leaveRunning` is set. */
  async create(ref: string, name: string, options: { leaveRunning?: boolean } = {}): Promise<void> {
    const body: CheckpointCreateRequest = { CheckpointID: name, Exit: options.leaveRunning !== true };
    await this.#transport.json('POST', containerPath(ref, 'checkpoints'), { body });
  }

  /** The checkpoints of a container. */
  list(ref: string): Promise<CheckpointSummary[]> {
    return this.#transport.json('GET', containerPath(ref, 'checkpoints'));
  }

  /** Removes a checkpoint. */
  async remove(ref: string, name: string): Promise<void> {
    await this.#transport.json('DELETE', containerPath(ref, `checkpoints/${encodeURIComponent(name)}`));
  }
}
