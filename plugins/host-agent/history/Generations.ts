/** What was applied, and how it went: one file per generation. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '../../../hooks/index.ts';
import { Value } from '@sinclair/typebox/value';

/** How many are kept. */
const mostKept = 50;

/** Schema of a file. */
const Generation = Type.Object({
  version: Type.Literal(1),
  number: Type.Integer({ minimum: 1 }),
  /** RFC 3339. */
  at: Type.String(),
  cause: Type.String(),
  steps: Type.Array(Type.Object({ kind: Type.String(), name: Type.String(), action: Type.String() })),
  done: Type.Integer(),
  failed: Type.Integer(),
  left: Type.Integer(),
});
export type Generation = Static<typeof Generation>;

export class Generations {
  readonly #directory: string;
  #last = 0;

  /** @param root of pouchd */
  constructor(root: string) {
    this.#directory = join(root, 'host-agent');
  }

  /** The key of digests, which only this host has. */
  key(): string {
    const file = join(this.#directory, 'key');
    try {
      const key = readFileSync(file, 'utf8');
      if (/^[0-9a-f]{64}$/.test(key)) return key;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const key = randomBytes(32).toString('hex');
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    chmodSync(this.#directory, 0o700);
    writeFileSync(`${file}.new`, key, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return key;
  }

  get last(): number {
    return this.#last;
  }

  /** Finds the number of the last one. */
  async read(): Promise<void> {
    this.#last = Math.max(0, ...(await this.#numbers()));
  }

  /** Resolves to its number. */
  async add(generation: Omit<Generation, 'version' | 'number'>): Promise<number> {
    const number = ++this.#last;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = join(this.#directory, fileOf(number));
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ version: 1, number, ...generation } satisfies Generation));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    await rm(join(this.#directory, fileOf(number - mostKept)), { force: true });
    return number;
  }

  /** The newest first. Files that are damaged are left out. */
  async list(): Promise<Generation[]> {
    const numbers = (await this.#numbers()).toSorted((a, b) => b - a);
    const read = await Promise.all(numbers.map((number) => this.#readOne(number)));
    return read.filter((generation) => generation !== undefined);
  }

  async #readOne(number: number): Promise<Generation | undefined> {
    try {
      const parsed: unknown = JSON.parse(await readFile(join(this.#directory, fileOf(number)), 'utf8'));
      return Value.Check(Generation, parsed) ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.flatMap((name) => (/^\d{6}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
  }
}

function fileOf(number: number): string {
  return `${String(number).padStart(6, '0')}.json`;
}
