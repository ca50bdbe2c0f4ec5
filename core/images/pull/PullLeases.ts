import { randomUUID } from 'node:crypto';
import { ifFound } from '../../containerd/rpc/isError.ts';
import type { LeasesClient } from '../../containerd/api/LeasesClient.ts';

/** On a lease: the full reference of the image whose pull made it. */
const pullLabel = 'pouch.io/pull';

/** On a lease: the root of the daemon that made it, which no other daemon has while it runs. */
const ownerLabel = 'pouch.io/owner';

/** Hours until containerd collects what a pull left that failed and was never tried again. */
const keepHours = 24;

/**
 * The leases of pulls. They hold what a running pull has brought until the image's record does. After a failure the
 * lease stays, so that the next try resumes; when one succeeds, those of failed tries go too.
 */
export class PullLeases {
  readonly #leases: LeasesClient;
  readonly #owner: string;
  /** Leases in use, with how many users each has. */
  readonly #active = new Map<string, number>();

  /** `owner` is the root of this daemon; several may share a containerd. */
  constructor(leases: LeasesClient, owner: string) {
    this.#leases = leases;
    this.#owner = owner;
  }

  /** `name` says what is pulled: a later success of that name releases what failures left. */
  async begin(name: string): Promise<string> {
    const expiresAt = new Date(Date.now() + keepHours * 3_600_000);
    const id = `pouch-pull-${randomUUID()}`;
    // Before it exists: a pull that ends just now must not take it for a failed one's.
    this.hold(id);
    await this.#leases.create({ id, labels: { [pullLabel]: name, [ownerLabel]: this.#owner }, expiresAt });
    return id;
  }

  /** Work that others may wait for keeps the lease it began under; {@link letGo} ends that. */
  hold(id: string): void {
    this.#active.set(id, (this.#active.get(id) ?? 0) + 1);
  }

  letGo(id: string): void {
    const users = (this.#active.get(id) ?? 0) - 1;
    if (users > 0) this.#active.set(id, users);
    else this.#active.delete(id);
  }

  /** Releases what this pull, and failed ones of the same name, hold. */
  async release(id: string, name: string): Promise<void> {
    this.letGo(id);
    const ids = await this.#idle(name);
    await Promise.all(ids.map((one) => ifFound(this.#leases.delete(one))));
  }

  /** Keeps the newest lease for a resume; with `drop` nothing is kept. */
  async failed(id: string, name: string, { drop }: { drop: boolean }): Promise<void> {
    this.letGo(id);
    const ids = (await this.#idle(name)).filter((one) => drop || one !== id);
    await Promise.all(ids.map((one) => ifFound(this.#leases.delete(one, { sync: drop }))));
  }

  /**
   * To be called at start: drops what an earlier process with this root was bringing when it died. Layers that were being unpacked go
   * with their lease. Other daemons' pulls may be under way.
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

/** The work may go on for another pull after this one has failed: its lease must live as long. */
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
