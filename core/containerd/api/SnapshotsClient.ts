import {
  CommitSnapshotRequest,
  ListSnapshotsRequest,
  MountsRequest,
  PrepareSnapshotRequest,
  RemoveSnapshotRequest,
  SnapshotsService,
  StatSnapshotRequest,
  UpdateSnapshotRequest,
  UsageRequest,
  ViewSnapshotRequest,
  Kind,
  type Info,
  type UsageResponse,
} from '../gen/services/snapshots.ts';
import type { Mount } from '../gen/types/mount.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export { Kind as SnapshotKind };
export type { Info as SnapshotInfo, Mount };
/** Bytes and inodes of one snapshot, without its parents. */
export type SnapshotUsage = UsageResponse;

/** The snapshots of one snapshotter. */
export class SnapshotsClient {
  readonly #rpc: Rpc;
  readonly snapshotter: string;

  constructor(rpc: Rpc, snapshotter: string) {
    this.#rpc = rpc;
    this.snapshotter = snapshotter;
  }

  /** Creates a writable snapshot on a committed parent ("" for none). Returns its mounts. */
  async prepare(
    key: string,
    parent: string,
    labels: Record<string, string> = {},
    options?: CallOptions,
  ): Promise<Mount[]> {
    const request = PrepareSnapshotRequest.create({ snapshotter: this.snapshotter, key, parent, labels });
    return (await this.#rpc.unary(SnapshotsService.prepare, request, options)).mounts;
  }

  /** Creates a read-only snapshot of a committed parent. Returns its mounts. */
  async view(
    key: string,
    parent: string,
    labels: Record<string, string> = {},
    options?: CallOptions,
  ): Promise<Mount[]> {
    const request = ViewSnapshotRequest.create({ snapshotter: this.snapshotter, key, parent, labels });
    return (await this.#rpc.unary(SnapshotsService.view, request, options)).mounts;
  }

  /** Returns the mounts of a writable or read-only snapshot. */
  async mounts(key: string, options?: CallOptions): Promise<Mount[]> {
    const request = MountsRequest.create({ snapshotter: this.snapshotter, key });
    return (await this.#rpc.unary(SnapshotsService.mounts, request, options)).mounts;
  }

  /** Commits the writable snapshot `key` as `name`, with new labels. */
  async commit(
    name: string,
    key: string,
    labels: Record<string, string> = {},
    options?: CallOptions,
  ): Promise<void> {
    const request = CommitSnapshotRequest.create({ snapshotter: this.snapshotter, name, key, labels });
    await this.#rpc.unary(SnapshotsService.commit, request, options);
  }

  /** @throws PCH_CONTAINERD_PRECONDITION while the snapshot has children */
  async remove(key: string, options?: CallOptions): Promise<void> {
    const request = RemoveSnapshotRequest.create({ snapshotter: this.snapshotter, key });
    await this.#rpc.unary(SnapshotsService.remove, request, options);
  }

  async stat(key: string, options?: CallOptions): Promise<Info> {
    const request = StatSnapshotRequest.create({ snapshotter: this.snapshotter, key });
    return required((await this.#rpc.unary(SnapshotsService.stat, request, options)).info, 'the snapshot');
  }

  /** Sets labels. An empty value removes a label; labels that are not given stay. */
  async label(key: string, labels: Record<string, string>, options?: CallOptions): Promise<Info> {
    const request = UpdateSnapshotRequest.create({
      snapshotter: this.snapshotter,
      info: { name: key, labels },
      updateMask: Object.keys(labels).map((name) => `labels.${name}`),
    });
    return required((await this.#rpc.unary(SnapshotsService.update, request, options)).info, 'the snapshot');
  }

  /** Lists the snapshots that match any of the filters, e.g. `parent==sha256:…`. */
  async list(filters: readonly string[] = [], options?: CallOptions): Promise<Info[]> {
    const request = ListSnapshotsRequest.create({ snapshotter: this.snapshotter, filters: [...filters] });
    const found: Info[] = [];
    for await (const part of this.#rpc.serverStream(SnapshotsService.list, request, options))
      found.push(...part.info);
    return found;
  }

  async usage(key: string, options?: CallOptions): Promise<SnapshotUsage> {
    const request = UsageRequest.create({ snapshotter: this.snapshotter, key });
    return this.#rpc.unary(SnapshotsService.usage, request, options);
  }
}
