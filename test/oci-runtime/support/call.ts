import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { waitUntil } from '../../../core/wait/waitUntil.ts';

/** Milliseconds after which a call counts as hanging. */
const deadlineMs = 10_000;

/** What a call of a command has come to. */
export interface Called {
  command: string;
  /** 128 + the number for a signal's, as a shell says it. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CallOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What standard input holds; nothing by default. */
  stdin?: string;
  /** Paths without an end into which the streams go: what a detached container inherits outlives the call. */
  output: string;
  /** Descriptors beyond the three. */
  fds?: number[];
}

/** Runs a command to its end. Its streams are files, for what it leaves running may hold them open. */
export async function call(file: string, args: readonly string[], options: CallOptions): Promise<Called> {
  const command = [file, ...args].join(' ');
  const stdout = openSync(`${options.output}.out`, 'a+', 0o666);
  const stderr = openSync(`${options.output}.err`, 'a+', 0o666);
  const stdin = options.stdin === undefined ? 'ignore' : inputFile(options.output, options.stdin);
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [stdin, stdout, stderr, ...(options.fds ?? [])],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  for (const fd of [stdin, stdout, stderr]) if (typeof fd === 'number') closeSync(fd);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (child.killed) throw new Error(`${command}: no end within ${deadlineMs / 1000} s`);
  const read = (stream: string) => readFileSync(`${options.output}.${stream}`, 'utf8');
  return { command, code: code ?? 255, stdout: read('out'), stderr: read('err') };
}

/** Not a pipe: those of Node are sockets, which cannot be opened by /dev/stdin. */
function inputFile(output: string, text: string): number {
  writeFileSync(`${output}.in`, text);
  return openSync(`${output}.in`, 'r');
}

/** Waits for a condition, and says which it was if it never came. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 5_000,
): Promise<void> {
  if (await waitUntil(condition, { withinMs, everyMs: 5 })) return;
  throw new Error(`not within ${withinMs / 1000} s: ${what}`);
}
