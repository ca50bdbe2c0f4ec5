import { type Ctr, ctr } from './ctr.ts';
import { docker } from './docker.ts';
import { isMissing, type Missing, type Peer, type Platform } from './peer.ts';
import { podman } from './podman.ts';
import { type Pouch, pouch } from './pouch.ts';

/** The contenders, each started on first use. */
export class Peers {
  readonly #sandbox: string;
  readonly #started = new Map<string, Promise<Peer | Missing>>();

  constructor(sandbox: string) {
    this.#sandbox = sandbox;
  }

  pouch(): Promise<Pouch> {
    return this.#once('pouch', () => pouch());
  }

  docker(): Promise<Platform | Missing> {
    return this.#once('docker', () => docker(this.#sandbox));
  }

  podman(): Promise<Platform | Missing> {
    return this.#once('podman', () => podman(this.#sandbox));
  }

  ctr(): Promise<Ctr> {
    return this.#once('ctr', () => ctr(this.#sandbox));
  }

  async end(): Promise<void> {
    for (const starting of this.#started.values()) {
      const peer = await starting.catch(() => undefined);
      if (peer && !isMissing(peer)) await peer.end();
    }
    this.#started.clear();
  }

  #once<T extends Peer | Missing>(name: string, start: () => Promise<T>): Promise<T> {
    const known = this.#started.get(name) as Promise<T> | undefined;
    if (known) return known;
    const starting = start();
    this.#started.set(name, starting);
    return starting;
  }
}
