/** Programs of builders. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { BuilderCommand } from '../../../hooks/contributions/imageBuilder.ts';
import { signalGroup } from '../../supervise/signalGroup.ts';
import { onAbort } from '../../wait/onAbort.ts';

/**
 * All that a builder starts ends with it and with pouchd, and so do its mounts: the kernel kills a PID namespace whose
 * first process has ended (pid_namespaces(7)).
 */
const namespaced = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
] as const;

/** Bytes of a line; a longer one is passed on in pieces. */
const longestLine = 64 * 1024;

/** Resolves to the exit code once the program and its output have ended. An abort kills it. */
export async function runProgram(
  { args, env, onLine = () => undefined, onOutput }: BuilderCommand,
  { signal, cwd }: { signal: AbortSignal; cwd: string },
): Promise<number> {
  signal.throwIfAborted();
  const [file, ...before] = namespaced;
  const child = spawn(file, [...before, ...args], {
    detached: true,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = exitOf(child);
  // Without free descriptors for the pipes (EMFILE) the child has no streams, and rejects.
  if (child.pid === undefined) await ended;
  const { stdout, stderr } = child as { stdout: Readable; stderr: Readable };
  const kill = () => void signalGroup(child.pid, 'SIGKILL');
  const unlink = onAbort(signal, kill);
  const passed = [
    onOutput ? onOutput(stdout) : passLines(stdout, (line) => onLine(line, 'stdout')),
    passLines(stderr, (line) => onLine(line, 'stderr')),
  ];
  try {
    // A reader that fails leaves the program without one.
    for (const one of passed) one.catch(kill);
    const [exitCode] = await Promise.all([ended, ...passed]);
    signal.throwIfAborted();
    return exitCode;
  } finally {
    unlink();
    kill();
    await ended.catch(() => undefined);
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? -1));
  });
  ended.catch(() => undefined);
  return ended;
}

/** Reads no more than the receiver takes. */
async function passLines(
  stream: AsyncIterable<Buffer>,
  receive: (line: string) => Promise<void> | void,
): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = endOfLine(rest); end >= 0; end = endOfLine(rest)) {
      const line = rest.subarray(0, end).toString('utf8').replace(/\r$/, '');
      rest = rest.subarray(rest[end] === 0x0a ? end + 1 : end);
      await receive(line);
    }
  }
  if (rest.length > 0) await receive(rest.toString('utf8'));
}

function endOfLine(bytes: Buffer): number {
  const end = bytes.indexOf('\n');
  if (end >= 0 && end <= longestLine) return end;
  return bytes.length > longestLine ? longestLine : -1;
}
