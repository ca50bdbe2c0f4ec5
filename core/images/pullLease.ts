import { randomUUID } from 'node:crypto';
import type { LeasesClient } from '../containerd/leases.ts';

/** On a lease: the full reference of the image whose pull made it. */
const pullLabel = 'pouch.io/pull';

/** Hours until containerd collects what a pull left that failed and was never tried again. */
const keepHours = 24;

/**
 * The leases of pulls. They hold what a running pull has brought until the image's record does. After a failure the
 * lease stays, so that the next try resumes; when one succeeds, those of failed tries go too.
 */
export class PullLeases {
  readonly #leases: LeasesClient;
  readonly #active = new Set<string>();

  constructor(leases: LeasesClient) {
    this.#leases = leases;
  }

  /** `name` says what is pulled: a later success of that name releases what failures left. */
  async begin(name: string): Promise<string> {
    const expiresAt = new Date(Date.now() + keepHours * 3_600_000);
    const { id } = await this.#leases.create({
      id: `pouch-pull-${randomUUID()}`,
      labels: { [pullLabel]: name },
      expiresAt,
    });
    this.#active.add(id);
    return id;
  }

  /** Releases what this pull, and failed ones of the same name, hold. */
  async release(id: string, name: string): Promise<void> {
    this.#active.delete(id);
    const ids = await this.#idle(name);
    await Promise.all(ids.map((one) => this.#leases.delete(one)));
  }

  /** Keeps the newest lease for a resume; with `drop` nothing is kept. */
  async failed(id: string, name: string, { drop }: { drop: boolean }): Promise<void> {
    this.#active.delete(id);
    const ids = (await this.#idle(name)).filter((one) => drop || one !== id);
    await Promise.all(ids.map((one) => this.#leases.delete(one, { sync: drop })));
  }

  async #idle(name: string): Promise<string[]> {
    const leases = await this.#leases.list([`labels."${pullLabel}"==${JSON.stringify(name)}`]);
    return leases.map(({ id }) => id).filter((id) => !this.#active.has(id));
  }
}
