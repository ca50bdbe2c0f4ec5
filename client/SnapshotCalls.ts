import { containerPath } from './ContainerCalls.ts';
import type { Transport } from './Transport.ts';
import type { MadeSnapshotWire, SnapshotDiffWire, SnapshotWire } from './wire.ts';

/** Calls on snapshots of the root file systems of containers. Only pouchd has them. */
export class SnapshotCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Copies what a container has written, without its volumes; one that runs is frozen meanwhile. */
  create(ref: string, { name }: { name?: string } = {}): Promise<MadeSnapshotWire> {
    const body = name === undefined ? {} : { Name: name };
    return this.#transport.json('POST', pathOf(ref), { body });
  }

  /** The snapshots of a container, the oldest first. */
  list(ref: string): Promise<SnapshotWire[]> {
    return this.#transport.json('GET', pathOf(ref));
  }

  /** Returns to a snapshot. What the container had is another snapshot then, whose name this resolves to. */
  restore(ref: string, name: string, query: { restart?: boolean } = {}): Promise<MadeSnapshotWire> {
    return this.#transport.json('POST', `${pathOf(ref, name)}/restore`, { query });
  }

  /** Removes a snapshot. */
  async remove(ref: string, name: string): Promise<void> {
    await this.#transport.json('DELETE', pathOf(ref, name));
  }

  /** What has changed from a snapshot to another one, or to the container as it is. */
  diff(ref: string, name: string, query: { to?: string } = {}): Promise<SnapshotDiffWire> {
    return this.#transport.json('GET', `${pathOf(ref, name)}/diff`, { query });
  }
}

function pathOf(ref: string, name?: string): string {
  const path = `/pouch${containerPath(ref, 'snapshots')}`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}
