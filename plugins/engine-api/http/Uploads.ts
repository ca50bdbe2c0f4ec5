/** Contexts that docker build sends by a request beside that of its build: `docker build - <TAR`, with BuildKit. */
import type { Readable } from 'node:stream';
import { PouchError } from '../../../hooks/index.ts';

/** Milliseconds that either request waits for the other one. */
const meetMs = 30_000;

interface Upload {
  body: Readable;
  /** Called when the build needs it no more. */
  done(): void;
}

export class Uploads {
  readonly #offered = new Map<string, Upload>();
  readonly #wanted = new Map<string, (upload: Upload) => void>();

  /** Resolves when the build with this id needs the body no more. @throws PCH_BAD_REQUEST without such a build */
  async offer(id: string, body: Readable): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const upload = { body, done: resolve };
      const take = this.#wanted.get(id);
      if (take) return take(upload);
      this.#offered.set(id, upload);
      const giveUp = () => {
        if (this.#offered.delete(id)) reject(unmatched('a build that wants the context', id));
      };
      setTimeout(giveUp, meetMs).unref();
    });
  }

  /** Does the work with the body that belongs to the build. @throws PCH_BAD_REQUEST if none is sent */
  async use<T>(id: string, work: (body: Readable) => Promise<T>): Promise<T> {
    const { body, done } = await this.#take(id);
    try {
      return await work(body);
    } finally {
      done();
    }
  }

  async #take(id: string): Promise<Upload> {
    const offered = this.#offered.get(id);
    this.#offered.delete(id);
    if (offered) return offered;
    return await new Promise<Upload>((resolve, reject) => {
      const late = setTimeout(() => {
        this.#wanted.delete(id);
        reject(unmatched('the context of the build', id));
      }, meetMs);
      this.#wanted.set(id, (upload) => {
        clearTimeout(late);
        this.#wanted.delete(id);
        resolve(upload);
      });
    });
  }
}

function unmatched(what: string, id: string): PouchError {
  return new PouchError(
    'PCH_BAD_REQUEST',
    `expected ${what} within ${meetMs / 1000} seconds, found none: ${id}`,
    {
      hint: 'build with docker buildx, or with pouch build',
    },
  );
}
