import { containerPath } from './ContainerCalls.ts';
import type { Transport } from './Transport.ts';
import type { MadeSnapshotWire, SnapshotDiffWire, SnapshotScheduleRequest, SnapshotWire } from './wire.ts';

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

  /** Takes snapshots by a schedule, in place of the one that the container has. */
  async schedule(ref: string, body: SnapshotScheduleRequest): Promise<void> {
    await this.#transport.json('PUT', schedulePath(ref), { body });
  }

  /** The snapshots of the schedule stay. */
  async unschedule(ref: string): Promise<void> {
    await this.#transport.json('DELETE', schedulePath(ref));
  }

  /** What has changed from a snapshot to another one, or to the container as it is. */
  diff(ref: string, name: string, query: { to?: string } = {}): Promise<SnapshotDiffWire> {
    return this.#transport.json('GET', `${pathOf(ref, name)}/diff`, { query });
  }
}

function schedulePath(ref: string): string {
  return `/pouch${containerPath(ref, 'snapshot-schedule')}`;
}

function pathOf(ref: string, name?: string): string {
  const path = `/pouch${containerPath(ref, 'snapshots')}`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}
