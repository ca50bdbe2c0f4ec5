import { randomUUID } from 'node:crypto';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { LeasesClient } from '../../containerd/api/LeasesClient.ts';

/** On a lease: the full reference of the image that is pulled. */
const pullLabel = 'pouch.io/pull';

/** On a lease: the root of the daemon that created it. Running daemons have different roots. */
const ownerLabel = 'pouch.io/owner';

/** Hours until containerd collects the content of a failed pull that is not repeated. */
const keepHours = 24;

/**
 * The leases of pulls. A lease keeps the content of a running pull until the image's record does. After a failure it
 * stays, so that the next pull resumes; a successful pull deletes the leases of failed ones.
 */
export class PullLeases {
  readonly #leases: LeasesClient;
  readonly #owner: string;
  /** The leases in use, with the number of their users. */
  readonly #active = new Map<string, number>();

  /** `owner` is the root of this daemon; several may share a containerd. */
  constructor(leases: LeasesClient, owner: string) {
    this.#leases = leases;
    this.#owner = owner;
  }

  /** `name` identifies what is pulled: a successful pull deletes the leases of failed pulls of the same name. */
  async begin(name: string): Promise<string> {
    const expiresAt = new Date(Date.now() + keepHours * 3_600_000);
    const id = `pouch-pull-${randomUUID()}`;
    // Before it exists: a pull that ends now would delete it as that of a failed pull.
    this.hold(id);
    await this.#leases.create({ id, labels: { [pullLabel]: name, [ownerLabel]: this.#owner }, expiresAt });
    return id;
  }

  /** Adds a user of the lease; {@link letGo} removes one. */
  hold(id: string): void {
    this.#active.set(id, (this.#active.get(id) ?? 0) + 1);
  }

  letGo(id: string): void {
    const users = (this.#active.get(id) ?? 0) - 1;
    if (users > 0) this.#active.set(id, users);
    else this.#active.delete(id);
  }

  /**
   * Deletes the leases of this pull and of failed ones of the same name.
   * @param collect also has containerd collect what nothing else keeps: the image may have been removed meanwhile
   */
  async release(id: string, name: string, { collect = false } = {}): Promise<void> {
    this.letGo(id);
    const ids = await this.#idle(name);
    await Promise.all(ids.map((one) => ifFound(this.#leases.delete(one, { sync: collect }))));
  }

  /** Keeps only the newest lease, to resume the pull; with `drop` none. */
  async failed(id: string, name: string, { drop }: { drop: boolean }): Promise<void> {
    this.letGo(id);
    const ids = (await this.#idle(name)).filter((one) => drop || one !== id);
    await Promise.all(ids.map((one) => ifFound(this.#leases.delete(one, { sync: drop }))));
  }

  /**
   * Deletes the leases of an earlier process with this root, and with them layers that were being unpacked. Called at
   * start; pulls of other daemons may be running.
   */
  async recover(): Promise<void> {
    const left = await this.#matching(`labels."${ownerLabel}"==${JSON.stringify(this.#owner)}`);
    await Promise.all(left.map((id) => ifFound(this.#leases.delete(id, { sync: true }))));
  }

  #idle(name: string): Promise<string[]> {
    return this.#matching(`labels."${pullLabel}"==${JSON.stringify(name)}`);
  }

  async #matching(filter: string): Promise<string[]> {
    const leases = await this.#leases.list([filter]);
    return leases.map(({ id }) => id).filter((id) => !this.#active.has(id));
  }
}

/** Keeps the lease while the work runs: it may continue for another pull after this one has failed. */
export async function underLease<T>(
  { leases, lease }: { leases: PullLeases; lease: string },
  work: () => Promise<T>,
): Promise<T> {
  leases.hold(lease);
  try {
    return await work();
  } finally {
    leases.letGo(lease);
  }
}
