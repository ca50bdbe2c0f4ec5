import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { waitUntil } from '../../../core/wait/waitUntil.ts';

/** Deadline of a call in milliseconds. */
const deadlineMs = 10_000;

/** The result of a command. */
export interface Called {
  command: string;
  /** Exit code; 128 + N for death by signal N, as in a shell. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CallOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Content of standard input; empty by default. */
  stdin?: string;
  /** Path prefix of the files for the streams, which a detached container inherits and keeps after the call. */
  output: string;
  /** Additional descriptors. */
  fds?: number[];
}

/** Runs a command to its end. Its streams are files, since processes that it leaves running may keep them open. */
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
  if (child.killed) throw new Error(`${command}: did not exit within ${deadlineMs / 1000} s`);
  const read = (stream: string) => readFileSync(`${options.output}.${stream}`, 'utf8');
  return { command, code: code ?? 255, stdout: read('out'), stderr: read('err') };
}

/** A file, not a pipe: Node's pipes are sockets, which cannot be opened by /dev/stdin. */
function inputFile(output: string, text: string): number {
  writeFileSync(`${output}.in`, text);
  return openSync(`${output}.in`, 'r');
}

/** Waits for a condition; the error of a timeout names it. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 5_000,
): Promise<void> {
  if (await waitUntil(condition, { withinMs, everyMs: 5 })) return;
  throw new Error(`not within ${withinMs / 1000} s: ${what}`);
}
