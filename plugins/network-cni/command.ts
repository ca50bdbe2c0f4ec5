import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { posixSpawn, type SpawnedProcess } from './posixSpawn.ts';

export interface CommandOptions {
  /** Written to stdin. */
  input?: string;
  env?: Record<string, string>;
  /** Milliseconds until the process is killed. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface CommandOutcome {
  /** -1 if a signal ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

const defaultTimeoutMs = 20_000;

/** Milliseconds between looks at a process that has closed its streams and still runs; at first shorter. */
const exitPollMs = 20;

/**
 * Runs a short command to its end; resolves for any exit code. It does not stop the event loop for the time of a fork:
 * one attachment runs up to five commands.
 * @throws the error of posix_spawn(3), such as ENOENT, and an AbortError when the signal aborts
 */
export async function runCommand(
  file: string,
  args: string[],
  { input = '', env, timeoutMs = defaultTimeoutMs, signal }: CommandOptions = {},
): Promise<CommandOutcome> {
  signal?.throwIfAborted();
  const path = isAbsolute(file) ? file : findCommand(file);
  if (path === undefined) throw Object.assign(new Error(`spawn ${file} ENOENT`), { code: 'ENOENT' });
  const child = posixSpawn(path, args, { ...env, PATH: searchPath() });
  const kill = () => {
    process.kill(child.pid, 'SIGKILL');
    // What it has started may hold its streams open.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  };
  const deadline = setTimeout(kill, timeoutMs);
  signal?.addEventListener('abort', kill);
  // EPIPE of a plugin that exits without reading its stdin must not crash the daemon.
  child.stdin.once('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const exitCode = await ended(child);
  // From here on the pid may be another process's.
  clearTimeout(deadline);
  signal?.removeEventListener('abort', kill);
  child.stdin.destroy();
  signal?.throwIfAborted();
  return { exitCode, stdout, stderr };
}

/** A process mostly ends when it closes its streams. */
async function ended({ exitCode }: SpawnedProcess): Promise<number> {
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, exitPollMs)) {
    const code = exitCode();
    if (code !== undefined) return code;
    await delay(waitMs);
  }
}

/** The path of a program, where `runCommand` finds it; undefined if it is not installed. */
export function findCommand(file: string): string | undefined {
  return searchPath()
    .split(':')
    .map((directory) => join(directory, file))
    .find((path) => existsSync(path));
}

/** iptables is in an sbin directory, which a daemon's PATH may lack. */
function searchPath(): string {
  return [process.env['PATH'], '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter(Boolean).join(':');
}

/** What is written to a pipe until it is closed. */
function textOf(stream: Readable): Promise<string> {
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  stream.once('error', () => undefined);
  return new Promise((resolve) => stream.once('close', () => resolve(chunks.join(''))));
}
