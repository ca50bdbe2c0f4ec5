import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { newest } from './newest.ts';

/** A file that lists what a build has written, as of the time when the build began, and by which Node. */
export class BuildStamp {
  readonly #path: string;
  readonly #began = new Date();

  constructor(path: string) {
    this.#path = path;
  }

  /** Returns whether the files of the build exist and are newer than its sources, and Node is the same. */
  isNewerThan(sources: readonly string[]): boolean {
    const builtAt = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs;
    if (builtAt === undefined) return false;
    const [node, ...files] = readFileSync(this.#path, 'utf8').trim().split('\n');
    const exist = files.every((path) => existsSync(resolve(this.#directory, path)));
    return node === process.version && exist && sources.every((path) => newest(path) < builtAt);
  }

  write(files: readonly string[]): void {
    rmSync(this.#path, { force: true });
    const paths = files.map((path) => relative(this.#directory, path));
    writeFileSync(this.#path, [process.version, ...paths, ''].join('\n'));
    utimesSync(this.#path, this.#began, this.#began);
  }

  get #directory(): string {
    return dirname(this.#path);
  }
}
