import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { diskInvalid } from '../disk/diskError.ts';
import { requireTool, toolFailed } from '../sources/toolOutput.ts';
import { guestfishErrors } from './guestfishErrors.ts';
import { guestfishLine } from './guestfishLine.ts';
import { killGroup, killOthersOfGroup } from './processGroup.ts';

const guestfish = { command: 'guestfish', package: 'libguestfs-tools' };

/** Characters that commands may print between two marks. */
const maxOutput = 4 << 20;
/** Milliseconds for guestfish to remove its files once its VM has ended. */
const endWithinMs = 10_000;

/** What waits for the end of commands. */
interface Pending {
  /** Printed after them. Random, as names in the image are printed too. */
  mark: string;
  resolve(lines: string[]): void;
  reject(error: Error): void;
}

/** guestfish(1), which takes commands from its standard input and stops at one that fails. It leads a process group. */
export class GuestfishProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  readonly #errors: () => string[];
  readonly #canRetry: boolean;
  #output = '';
  #isClosed = false;
  #isEnding = false;
  #pending: Pending | undefined;

  private constructor(child: ChildProcessWithoutNullStreams, canRetry: boolean) {
    this.#child = child;
    this.#canRetry = canRetry;
    this.#errors = guestfishErrors(child.stderr);
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    child.once('error', (error) => this.#fail(toolFailed(guestfish, error.message)));
    child.once('close', (code, signal) => {
      this.#isClosed = true;
      this.#fail(toolFailed(guestfish, this.#errors().join(' | ') || `exit code ${code ?? signal}`));
    });
    this.#closed = once(child, 'close').catch(() => undefined);
  }

  /**
   * Starts it with its files in a directory: the VM's appliance, too, which libguestfs would keep below /var/tmp.
   * @param settings - LIBGUESTFS_BACKEND_SETTINGS
   * @throws PCH_TOOL_MISSING
   */
  static async start(
    args: readonly string[],
    directory: string,
    settings?: string,
  ): Promise<GuestfishProcess> {
    const path = await requireTool(guestfish);
    const canRetry = settings === undefined && !process.env['LIBGUESTFS_BACKEND_SETTINGS'];
    const child = spawn(path, args, {
      detached: true,
      stdio: 'pipe',
      env: {
        ...process.env,
        LC_ALL: 'C',
        // libvirt would run QEMU in a service of its own, which outlives guestfish.
        LIBGUESTFS_BACKEND: 'direct',
        LIBGUESTFS_TMPDIR: directory,
        LIBGUESTFS_CACHEDIR: directory,
        TMPDIR: directory,
        ...(settings !== undefined && { LIBGUESTFS_BACKEND_SETTINGS: settings }),
      },
    });
    return new GuestfishProcess(child, canRetry);
  }

  /**
   * Runs commands and returns the lines that they print. A command with "-" before its name may fail.
   * @throws PCH_IMPORT_FAILED with guestfish's own message, or after the deadline in milliseconds
   */
  async ask(commands: readonly string[][], withinMs?: number): Promise<string[]> {
    if (this.#isClosed && !this.#isEnding) throw toolFailed(guestfish, 'it has ended');
    const mark = randomBytes(16).toString('hex');
    const lines = [...commands, ['echo', mark]].map((command) => `${guestfishLine(command)}\n`);
    const printed = new Promise<string[]>((resolve, reject) => (this.#pending = { mark, resolve, reject }));
    this.#child.stdin.write(lines.join(''));
    const late = () => this.#fail(toolFailed(guestfish, `no progress for ${withinMs! / 1000} seconds`));
    const timer = withinMs === undefined ? undefined : setTimeout(late, withinMs);
    try {
      return await printed;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether QEMU did not start the VM, which it may do without KVM: /dev/kvm exists where it does not work, too. */
  isRefusedLaunch(): boolean {
    return this.#canRetry && this.#isClosed && this.#errors().some((line) => /launch|qemu/i.test(line));
  }

  /**
   * Ends it with its VM. guestfish removes its own sockets below /tmp when its VM has ended; a signal to it would leave
   * them. Commands that run do not settle.
   */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#pending = undefined;
    this.#child.stdin.destroy();
    const { pid } = this.#child;
    if (pid === undefined) return;
    const end = performance.now() + endWithinMs;
    while (!this.#isClosed && performance.now() < end) {
      killOthersOfGroup(pid);
      await Promise.race([this.#closed, delay(50)]);
    }
    if (!this.#isClosed) killGroup(pid);
    await this.#closed;
  }

  #take(text: string): void {
    this.#output += text;
    const { mark, resolve } = this.#pending ?? {};
    if (this.#output.length > maxOutput) return this.#fail(diskInvalid('it has too many volumes or files'));
    if (mark === undefined || !this.#output.endsWith(`${mark}\n`)) return;
    const lines = this.#output.split('\n').slice(0, -2);
    this.#output = '';
    this.#pending = undefined;
    resolve!(lines);
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
