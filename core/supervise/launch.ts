import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openProcessLog } from './processLog.ts';

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  logFile: string;
  maxLogBytes?: number;
}

const defaultMaxLogBytes = 16 << 20;

/** A process, and its error if it could not be started. */
export interface Launched {
  child: ChildProcess;
  /** Resolves only if the command could not be executed. */
  failed: Promise<Error>;
}

/** Starts a command in a new session, with both outputs appended to the log. */
export function launch({
  command,
  args,
  env,
  logFile,
  maxLogBytes = defaultMaxLogBytes,
}: LaunchOptions): Launched {
  const log = openProcessLog(logFile, maxLogBytes);
  try {
    const child = spawn(command, args, { detached: true, env, stdio: ['ignore', log, log] });
    const failed = new Promise<Error>((resolve) => child.once('error', resolve));
    child.unref();
    return { child, failed };
  } finally {
    closeSync(log);
  }
}
