import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from '../../host/ignoreMissing.ts';
import { detach } from '../../host/libc.ts';
import { mountsBelow } from '../../host/mountinfo.ts';

/** Names of the processes whose pid files are in a directory. */
export function processesIn(directory: string): string[] {
  try {
    return readdirSync(directory).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return [];
  }
}

/** Files of one supervised process, below the state directory. */
export class ProcessFiles {
  readonly directory: string;
  readonly pidFile: string;
  /** Its output: it outlives both pouchd and the process. */
  readonly fifo: string;
  /** Its RUNTIME_DIRECTORY. */
  readonly runtime: string;
  /** What `pouch-confine` reports: that it has started, and its exit code. */
  readonly report: string;

  constructor(directory: string, name: string) {
    this.directory = directory;
    this.pidFile = join(directory, `${name}.json`);
    this.fifo = join(directory, `${name}.out`);
    this.runtime = join(directory, name);
    this.report = join(directory, `${name}.exit`);
  }

  /** Creates the runtime directory anew. All of its processes must have ended. */
  async renew(owner: { uid: number; gid: number }): Promise<void> {
    await this.#clear();
    await rm(this.report, { force: true });
    await mkdir(this.runtime, { recursive: true, mode: 0o755 });
    await chown(this.runtime, owner.uid, owner.gid);
  }

  async remove(): Promise<void> {
    await this.#clear();
    await Promise.all([this.pidFile, this.fifo, this.report].map((path) => rm(path, { force: true })));
  }

  /** What the report says so far. Without one, nothing is known. */
  reported(): { hasStarted: boolean; exitCode?: number } {
    const lines = textOf(this.report).split('\n');
    const code = lines.find((line) => /^\d+$/.test(line));
    return { hasStarted: lines[0] === 'started', ...(code !== undefined && { exitCode: Number(code) }) };
  }

  /** Whether it has a socket of that name. */
  hasSocket(name: string): boolean {
    return lstatSync(join(this.runtime, name), { throwIfNoEntry: false })?.isSocket() ?? false;
  }

  /** What is mounted there would be deleted with it. */
  async #clear(): Promise<void> {
    const mounted = mountsBelow(this.runtime, readFileSync('/proc/self/mountinfo', 'utf8'));
    for (const point of mounted.toReversed()) detach(point);
    await rm(this.runtime, { recursive: true, force: true });
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return '';
  }
}
