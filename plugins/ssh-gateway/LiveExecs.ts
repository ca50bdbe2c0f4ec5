/** The processes of sessions, kept on disk so that the next pouchd ends those that a killed one has left. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Execs, Logger } from '../../hooks/index.ts';
import { messageOf } from '../../hooks/index.ts';

export class LiveExecs {
  readonly #path: string;
  /** Containers by the id of the exec. */
  readonly #live = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }

  add(id: string, container: string): void {
    this.#live.set(id, container);
    this.#save();
  }

  remove(id: string): void {
    if (this.#live.delete(id)) this.#save();
  }

  /** Ends those of an earlier pouchd; they stay on the list until then. */
  async endLeftovers(execs: Execs, log: Logger): Promise<void> {
    const left = this.#read();
    for (const [id, container] of left) this.#live.set(id, container);
    await Promise.all(
      left.map(async ([id, container]) => {
        try {
          await execs.kill(id, { container });
        } catch (error) {
          log.warn('a process of an earlier session was not ended', { container, error: messageOf(error) });
        }
        this.remove(id);
      }),
    );
  }

  #read(): [string, string][] {
    try {
      const found: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      return Object.entries(found as Record<string, string>);
    } catch {
      return [];
    }
  }

  /** A rename leaves the old or the new file. */
  #save(): void {
    const temporary = `${this.#path}.new`;
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#live)), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
