/** Hooks that run in the runtime's own namespaces (config.md#posix-platform-hooks). */
import { spawn } from 'node:child_process';
import { RunlxcError } from '../cli/error.ts';
import type { Hook, HookKind, Spec } from '../spec/types.ts';

const shownOutput = 1000;

/**
 * Runs the hooks of a kind in order.
 * @throws RunlxcError of the first that fails; the others do not run
 */
export async function runHooks(spec: Spec, kind: HookKind, state: object): Promise<void> {
  for (const [index, hook] of (spec.hooks?.[kind] ?? []).entries())
    await runHook(hook, JSON.stringify(state)).catch((error: unknown) => {
      throw new RunlxcError(`error running ${kind} hook #${index}: ${(error as Error).message}`, {
        cause: error,
      });
    });
}

/** Runs hooks whose failure has no effect: all of them run, and failures are logged (runtime.md#lifecycle). */
export async function runHooksAnyway(
  spec: Spec,
  kind: 'poststart' | 'poststop',
  { state, warn }: { state: object; warn: (text: string) => void },
): Promise<void> {
  for (const [index, hook] of (spec.hooks?.[kind] ?? []).entries())
    await runHook(hook, JSON.stringify(state)).catch((error: unknown) => {
      warn(`error running ${kind} hook #${index}: ${(error as Error).message}`);
    });
}

function runHook({ path, args, env, timeout }: Hook, state: string): Promise<void> {
  const [argv0 = path, ...rest] = args ?? [];
  return new Promise((resolve, reject) => {
    const child = spawn(path, rest, {
      argv0,
      env: env ? Object.fromEntries(env.map(splitEnv)) : process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const collect = (data: Buffer) => (output = (output + data.toString()).slice(0, shownOutput));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // A hook may exit without reading its state (EPIPE).
    child.stdin.on('error', () => undefined);
    child.stdin.end(state);
    const timer = timeout
      ? setTimeout(() => {
          expire(child.pid, timeout, path, reject);
        }, timeout * 1000)
      : undefined;
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      if (code === 0) resolve();
      else
        reject(
          new RunlxcError(
            `${path}: ${signal ? `signal ${signal}` : `exit status ${code}`}, output: ${output}`,
          ),
        );
    });
  });
}

/** Kills the hook and its children. */
function expire(
  pid: number | undefined,
  seconds: number,
  path: string,
  reject: (error: Error) => void,
): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  reject(new RunlxcError(`${path} did not exit within ${seconds} s`));
}

function splitEnv(entry: string): [string, string] {
  const sign = entry.indexOf('=');
  return sign === -1 ? [entry, ''] : [entry.slice(0, sign), entry.slice(sign + 1)];
}
