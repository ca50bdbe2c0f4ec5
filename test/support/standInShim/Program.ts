/** A container's init or one of its execs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Status } from '../../../core/containerd/gen/types/task.ts';
import { runcArgs } from './runc.ts';
import { Input } from './Input.ts';
import { openOutput, type Output, type StreamPaths } from './streams.ts';

export interface ProgramOptions extends StreamPaths {
  bundle: string;
  terminal: boolean;
  /** Where runc writes the pid. */
  pidFile: string;
  /** runc's command. */
  args: readonly string[];
}

export class Program {
  readonly options: ProgramOptions;
  status: Status = Status.CREATED;
  exitStatus = 0;
  exitedAt: Date | undefined;
  readonly ended: Promise<void>;
  #input: Input | undefined;
  #output: Output | undefined;
  #end: () => void = () => undefined;
  #child: ChildProcess | undefined;

  constructor(options: ProgramOptions) {
    this.options = options;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /**
   * Resolves when it runs. As in kata the FIFOs are opened now, after the VM has booted, and stdin's until
   * `context` ends (containerd-shim-v2/start.go, stream.go). @throws what runc says
   */
  async start(context: AbortSignal): Promise<void> {
    const [file, args] = this.#command();
    this.#output = openOutput(this.options);
    const { stdin } = this.options;
    const child = spawn(file, args, { stdio: [stdin ? 'pipe' : 'ignore', ...this.#output.stdio] as never });
    this.#child = child;
    this.#output.handOver();
    child.once('exit', (code, signal) => this.finish(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    const runs = () => existsSync(this.options.pidFile) && readFileSync(this.options.pidFile, 'utf8') !== '';
    while (!runs() && child.exitCode === null && child.signalCode === null) await delay(2);
    if (!runs()) throw new Error(`OCI runtime create failed: ${lastError(this.options.bundle)}`);
    if (this.status === Status.CREATED) this.status = Status.RUNNING;
    if (child.stdin) this.#input = new Input(stdin, child.stdin, context);
  }

  /** For one that was never started too. */
  finish(exitStatus: number): void {
    if (this.status === Status.STOPPED) return;
    Object.assign(this, { status: Status.STOPPED, exitStatus, exitedAt: new Date() });
    this.#input?.cancel();
    this.#output?.close();
    this.#end();
  }

  get isStarted(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when all input has been passed on, as kata's CloseIO does. */
  async closeStdin(): Promise<void> {
    await this.#input?.close();
  }

  pid(): number {
    return Number(readFileSync(this.options.pidFile, 'utf8'));
  }

  /** In the foreground runc takes the terminal that it is called with: script(1) gives it one. */
  #command(): [string, string[]] {
    const { bundle, args, terminal } = this.options;
    const command = runcArgs(bundle, ...args);
    return terminal ? ['script', ['-qefc', ['runc', ...command].join(' '), '/dev/null']] : ['runc', command];
  }
}

function lastError(bundle: string): string {
  const lines = readFileSync(join(bundle, 'runc.log'), 'utf8').trim().split('\n');
  return (JSON.parse(lines.at(-1) ?? '{}') as { msg?: string }).msg ?? '';
}
