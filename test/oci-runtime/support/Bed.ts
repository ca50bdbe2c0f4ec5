import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './call.ts';
import { Container } from './Container.ts';
import { Helper } from './Helper.ts';
import { clear, leftovers } from './leftovers.ts';
import type { Runtime } from './runtimes.ts';
import type { Workshop } from './workshop.ts';

/** Time for processes that exit by themselves, in milliseconds. */
const settleMs = 1_500;

/** The environment of one row: its containers, below one directory, one --root and one cgroup, and their removal. */
export class Bed {
  readonly #helpers: Helper[] = [];
  readonly #mounts: string[] = [];
  readonly #directory: string;
  readonly #cgroup: string;
  readonly runtime: Runtime;
  readonly workshop: Workshop;
  readonly main: Container;

  /** @param name unique in the run, and a valid file name */
  constructor(runtime: Runtime, workshop: Workshop, name: string) {
    this.runtime = runtime;
    this.workshop = workshop;
    this.#directory = join(workshop.directory, name);
    this.#cgroup = `${workshop.cgroup}/${name}`;
    mkdirSync(this.root, { recursive: true });
    this.main = this.container('c');
  }

  get root(): string {
    return join(this.#directory, 'state');
  }

  /** A directory of the host that a row shares with its containers. */
  get host(): string {
    const path = join(this.#directory, 'host');
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** An empty file of the host, beside the shared directory. */
  file(name: string): string {
    const path = join(this.#directory, name);
    writeFileSync(path, '');
    return path;
  }

  /** Another container besides the main one; its id is unique on the host. */
  container(name: string): Container {
    const directory = join(this.#directory, name);
    const cgroup = `${this.#cgroup}/${name}`;
    const { executables } = this.workshop;
    return new Container(`${this.workshop.name}-${this.#directory.split('/').at(-1)}-${name}`, this.runtime, {
      directory,
      root: this.root,
      executables,
      cgroup,
    });
  }

  /** Mounts something on the host for the duration of the row; returns the path. */
  mount(path: string, ...args: string[]): string {
    this.#command('mount', ...args, path);
    this.#mounts.push(path);
    return path;
  }

  #command(file: string, ...args: string[]): void {
    const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
    assert.equal(status, 0, `${file} ${args.join(' ')}: ${stderr}`);
  }

  /** Starts one of the suite's helpers on the host. */
  async helper(name: 'recvtty' | 'recvnotify', ...args: string[]): Promise<Helper> {
    const helper = new Helper(join(this.workshop.executables, name), args);
    this.#helpers.push(helper);
    await until(`${name} listens`, () => helper.output.includes('listening'));
    return helper;
  }

  /** Returns what the row's containers have on the host. */
  leftovers(): string[] {
    return leftovers(this.#directory, this.root, this.#cgroup);
  }

  /** Deletes all containers; returns and removes leftovers. */
  async end(): Promise<string[]> {
    for (const helper of this.#helpers) helper.end();
    for (const id of readdirSync(this.root).filter((name) => !name.startsWith('.')))
      await this.main.call(['delete', '--force', id]);
    for (const path of this.#mounts.toReversed()) this.#command('umount', path);
    try {
      await until('nothing is left', () => this.leftovers().length === 0, settleMs);
      return [];
    } catch {
      return this.leftovers();
    } finally {
      clear(this.#directory, this.#cgroup);
    }
  }
}
