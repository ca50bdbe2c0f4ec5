/** What was applied, and how it went: one file per generation. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, PouchError, type Static, Type } from '../../../hooks/index.ts';
import type { AgentPlan } from '../../../client/wire.ts';
import { Options } from '../options.ts';
import { quarantine, readDurable, writeDurably } from './durableFile.ts';

/** How many are kept. */
const mostKept = 50;

/** Of client/wire/agent.ts, as far as readers rely on it. */
const Plan = Type.Unsafe<AgentPlan>(
  Type.Object({
    Steps: Type.Array(
      Type.Object({
        Kind: Type.String(),
        Name: Type.String(),
        Action: Type.String(),
        Changes: Type.Array(Type.Object({ Field: Type.String(), Applies: Type.String() })),
      }),
    ),
    Problems: Type.Array(Type.String()),
  }),
);

/** Schema of a file. */
const Generation = Type.Object({
  version: Type.Literal(1),
  number: Type.Integer({ minimum: 1 }),
  /** RFC 3339. */
  at: Type.String(),
  cause: Type.String(),
  /** What was declared. Secrets may be in it: it is never shown. */
  sections: Options,
  /** The texts in it that have contents of files: later plans do not show them either. Older files lack them. */
  secrets: Type.Optional(Type.Array(Type.String())),
  /** Where it was declared. */
  files: Type.Array(Type.String()),
  /** What was due, with secrets masked. */
  plan: Plan,
  done: Type.Integer(),
  failed: Type.Integer(),
  left: Type.Integer(),
});
export type Generation = Static<typeof Generation>;

export class Generations {
  readonly #directory: string;
  readonly #log: Pick<Logger, 'error'>;
  #last = 0;
  #newest: Generation | undefined;

  /** @param root of pouchd */
  constructor(root: string, log: Pick<Logger, 'error'>) {
    this.#directory = join(root, 'host-agent');
    this.#log = log;
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

  /** Finds the number of the last one, damaged or not. */
  async read(): Promise<void> {
    const names = await this.#names();
    this.#last = Math.max(0, ...names.map((name) => Number.parseInt(name, 10)));
  }

  /** Resolves to its number. */
  async add(generation: Omit<Generation, 'version' | 'number'>): Promise<number> {
    const number = ++this.#last;
    const added: Generation = { version: 1, number, ...generation };
    await writeDurably(this.#fileOf(number), added);
    this.#newest = added;
    await this.#removeOlder(number - mostKept);
    return number;
  }

  /** The newest first. Damaged ones are put aside. */
  async list(): Promise<Generation[]> {
    const names = (await this.#names()).filter((name) => !name.endsWith('.damaged'));
    const numbers = names.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => b - a);
    const read = await Promise.all(numbers.map((number) => this.#readOne(number)));
    return read.filter((generation) => generation !== undefined);
  }

  /** The last one; undefined without one, and if it is damaged: an earlier one has declared something else. */
  async newest(): Promise<Generation | undefined> {
    if (this.#last === 0) return undefined;
    return (this.#newest ??= await this.#readOne(this.#last));
  }

  /** @throws PCH_AGENT_GENERATION_NOT_FOUND */
  async get(number: number): Promise<Generation> {
    const found = await this.#readOne(number);
    if (found) return found;
    const names = await this.#names();
    const isDamaged = names.some((name) => name.endsWith('.damaged') && Number.parseInt(name, 10) === number);
    const problem = isDamaged ? 'its file is damaged, and was put aside' : 'not found';
    throw new PouchError('PCH_AGENT_GENERATION_NOT_FOUND', `generation ${number}: ${problem}`, {
      hint: '`pouch history` lists those that are kept',
    });
  }

  /** Names of files that were put aside. */
  async damaged(): Promise<string[]> {
    return (await this.#names()).filter((name) => name.endsWith('.damaged'));
  }

  async #readOne(number: number): Promise<Generation | undefined> {
    const file = this.#fileOf(number);
    const found = await readDurable(file, Generation);
    if (found === 'missing') return undefined;
    if (found !== 'damaged' && found.value.number === number) return found.value;
    this.#log.error('a generation is damaged, and was put aside', { file: `${file}.damaged` });
    await quarantine(file);
    return undefined;
  }

  async #removeOlder(number: number): Promise<void> {
    const old = (await this.#names()).filter((name) => Number.parseInt(name, 10) <= number);
    await Promise.all(old.map((name) => rm(join(this.#directory, name), { force: true })));
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => /^\d{6}\.json(\.damaged)?$/.test(name));
  }

  #fileOf(number: number): string {
    return join(this.#directory, `${String(number).padStart(6, '0')}.json`);
  }
}
