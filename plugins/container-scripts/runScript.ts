import { type ChildProcess, spawn } from 'node:child_process';
import { Output } from './Output.ts';
import { killRun, runVariable } from './processesOf.ts';

export interface ScriptCall {
  /** Absolute, without links. */
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Id of this run. */
  run: string;
  deadlineMs: number;
  /** Ends it early. */
  signal: AbortSignal;
}

export interface ScriptEnd {
  /** How it has ended, as part of a sentence: `exit code 3`; missing if it succeeded. */
  failure?: string;
  output: string;
  /** Bytes of its output before `output`. */
  outputLeftOut: number;
}

/** Milliseconds for the last output of a script that has ended, while processes that it left hold its streams. */
const drainMs = 200;

/** Runs a script to its end, at most until its deadline: then it is killed with all that it has started. */
export async function runScript(call: ScriptCall): Promise<ScriptEnd> {
  const output = new Output();
  const child = spawn(call.program, call.args, {
    cwd: '/',
    detached: true,
    env: { ...call.env, [runVariable]: call.run },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let killed: string | undefined;
  const kill = (why: string) => {
    killed ??= why;
    killGroup(child);
    killRun(call.run);
  };
  const late = () => kill(`it did not end within ${call.deadlineMs / 1000} s and was killed`);
  const timer = setTimeout(late, call.deadlineMs);
  const abort = () => kill('the operation was ended, and it was killed');
  call.signal.addEventListener('abort', abort, { once: true });
  if (call.signal.aborted) abort();
  child.stdout?.on('data', (chunk: Buffer) => output.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.add(chunk));
  const how = await ended(child);
  clearTimeout(timer);
  call.signal.removeEventListener('abort', abort);
  const failure = killed ?? how;
  return {
    ...(failure !== undefined && { failure }),
    output: output.text,
    outputLeftOut: output.leftOut,
  };
}

/** Resolves to what has gone wrong. */
function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let how: string | undefined;
    const settle = () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(how);
    };
    child.once('error', ({ message }) => {
      how = `it cannot be started: ${message}`;
      settle();
    });
    child.once('exit', (code, signal) => {
      how = signal === null ? (code === 0 ? undefined : `exit code ${code}`) : `killed by ${signal}`;
      setTimeout(settle, drainMs).unref();
    });
    child.once('close', settle);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
