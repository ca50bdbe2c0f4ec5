import type { BlameEntry, Degradation } from '../plan.ts';
import type { Attachment } from './streams.ts';
import { token } from '../token.ts';

/** What to run in a container. */
export interface ExecRequest {
  /** Empty only for a login. */
  args: string[];
  /**
   * Runs the login shell of the user, root by default, with the environment of a login and in its home directory; the
   * shell runs `args` if there are any, and has a profile.
   */
  login?: boolean;
  env?: Record<string, string>;
  /** Names of variables of `env` that are masked in every output. */
  secretEnv?: string[];
  cwd?: string;
  user?: string;
  tty?: boolean;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  privileged?: boolean;
  consoleSize?: { height: number; width: number };
  /** Typed keys that disconnect a client from its terminal, such as `ctrl-p,ctrl-q`; surfaces have a default. */
  detachKeys?: string;
}

/** A process that was, or will be, started in a running container. */
export interface ExecRecord {
  id: string;
  container: string;
  request: ExecRequest;
  running: boolean;
  /** Undefined while it runs. */
  exitCode?: number;
  pid: number;
  /** What the taps of container.preExec have changed in its draft; missing before the start. */
  blame?: BlameEntry[];
  /** Taps that were left out. */
  degraded?: Degradation[];
}

/** An exec instance on its way up. */
export interface ExecRun {
  /** Its output ends with the process, or with the error of a start that failed. */
  attachment: Attachment;
  /** Settles with the start. A failure of it is not an unhandled rejection. */
  started: Promise<void>;
}

/** Processes beside the first one of a container. */
export interface Execs {
  /**
   * Prepares a process and resolves to its id; `start` runs it.
   * @throws PCH_CONTAINER_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING
   */
  create(ref: string, request: ExecRequest): Promise<string>;
  /** Returns before the process is started; with `detached`, after it, and without an attachment. */
  start(
    id: string,
    options: { detached: boolean; consoleSize?: { height: number; width: number } },
  ): Promise<ExecRun | undefined>;
  /** Waits for a start that is under way. */
  resize(id: string, size: { height: number; width: number }): Promise<void>;
  /**
   * Sends a signal to a process and its process group, SIGKILL by default; succeeds if it has ended. With `container`,
   * an id, also to one that an earlier pouchd has started, which has no record.
   * @throws PCH_EXEC_NOT_FOUND
   */
  kill(id: string, options?: { signal?: string; container?: string }): Promise<void>;
  /** The record of an exec. @throws PCH_EXEC_NOT_FOUND */
  inspect(id: string): ExecRecord;
}

/** Token of the engine's execs, for `inject`. */
export const Execs = token<Execs>('execs');
