import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { CliError } from '../../errors.ts';
import type { DiskFormat } from '../disk/diskFormat.ts';
import type { Report } from '../sources/rootfsSource.ts';
import { toolOutput } from '../sources/toolOutput.ts';
import { openStaging, type Staging } from '../staging.ts';
import { GuestfishProcess } from './GuestfishProcess.ts';
import { whileProgressing } from './whileProgressing.ts';

/** An image for guestfish. */
export interface GuestImage {
  path: string;
  /** Always given: a raw image whose content looks like qcow2 could name a file of this host. */
  format: DiskFormat | 'raw';
}

/** Milliseconds for the start of the VM, also without KVM, and for one command. */
const startWithinMs = 10 * 60_000;
const commandWithinMs = 5 * 60_000;
/** Milliseconds without a byte of the tar. */
const idleMs = 10 * 60_000;

const id = 'libguestfs';

/** A VM of libguestfs that reads an image: docs/adr/0054. It must be closed. */
export class Guestfish {
  readonly #args: readonly string[];
  readonly #report: Report;
  #staging: Staging | undefined;
  #process: GuestfishProcess | undefined;
  #tar: Readable | undefined;
  #isInterrupted = false;

  private constructor({ path, format }: GuestImage, report: Report) {
    // An absolute path is never taken for an option, a URI, or a name that begins with "~".
    this.#args = [`--format=${format}`, '--ro', '-a', resolve(path)];
    this.#report = report;
  }

  /** Starts the VM. @throws PCH_TOOL_MISSING, PCH_IMPORT_FAILED */
  static async start(image: GuestImage, report: Report): Promise<Guestfish> {
    const guest = new Guestfish(image, report);
    try {
      guest.#staging = await openStaging(undefined, () => guest.#interrupt());
      await guest.#launch();
      return guest;
    } catch (error) {
      await guest.close();
      throw error;
    }
  }

  async #launch(): Promise<void> {
    this.#report({ id, status: 'Starting a VM' });
    try {
      await this.#run();
    } catch (error) {
      if (!this.#process?.isRefusedLaunch()) throw notStarted(error);
      this.#report({ id, status: 'Starting a VM without KVM' });
      await this.#run('force_tcg').catch((again: unknown) => Promise.reject(notStarted(again) as Error));
    }
  }

  async #run(settings?: string): Promise<void> {
    this.#process = await GuestfishProcess.start(this.#args, this.#staging!.path, settings);
    await this.#process.ask([['run']], startWithinMs);
  }

  /** Runs commands, each with its arguments, and returns the lines that they print. @throws PCH_IMPORT_FAILED */
  ask(...commands: string[][]): Promise<string[]> {
    return this.#process!.ask(commands, commandWithinMs);
  }

  /** Returns a tar of the mounted file system without what the patterns of tar match. */
  async tar(excludes: readonly string[]): Promise<Readable> {
    // guestfish opens its output by name, and its /dev/stdout cannot be opened: it is a socket.
    const fifo = join(this.#staging!.path, 'tar');
    await promisify(execFile)('mkfifo', ['-m', '600', fifo]);
    this.#tar = await toolOutput({ command: 'cat', package: 'coreutils', args: [fifo] });
    const output = new PassThrough();
    void this.#copy(this.#tar, output, fifo, excludes);
    return output;
  }

  async #copy(source: Readable, output: PassThrough, fifo: string, excludes: readonly string[]) {
    let bytes = 0;
    source.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      this.#report({ id, status: 'Reading', progressDetail: { current: bytes } });
    });
    source.pipe(output, { end: false });
    output.once('close', () => source.destroy());
    const options = ['numericowner:true', 'xattrs:true', `excludes:${excludes.join(' ')}`];
    const written = this.#process!.ask([['tar-out', '/', fifo, ...options]]);
    const work = Promise.all([written, finished(source, { writable: false })]);
    try {
      await whileProgressing(work, {
        idleMs,
        progress: () => bytes,
        isWaiting: () => !output.writableNeedDrain,
      });
      output.end();
    } catch (error) {
      if (!this.#isInterrupted) output.destroy(error as Error);
    }
  }

  /** Ends the VM, and removes its files. */
  async close(): Promise<void> {
    await this.#end();
    await this.#staging?.remove();
  }

  /** The process exits next: nothing that fails now is reported. */
  #interrupt(): Promise<void> {
    this.#isInterrupted = true;
    return this.#end();
  }

  async #end(): Promise<void> {
    this.#tar?.destroy();
    await this.#process?.end();
  }
}

/** The image is not the cause of a VM that does not start. */
function notStarted(error: unknown): unknown {
  if (!(error instanceof CliError) || error.code !== 'PCH_IMPORT_FAILED') return error;
  const hint =
    'it needs a kernel in /boot that you may read (apt-get install linux-image-amd64); see libguestfs-test-tool';
  return new CliError(error.code, error.message, hint);
}
