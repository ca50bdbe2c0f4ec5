import type { Attachment } from './streams.ts';

export interface ExecRequest {
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  user?: string;
  tty?: boolean;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  privileged?: boolean;
  consoleSize?: { height: number; width: number };
}

export interface ExecRecord {
  id: string;
  container: string;
  request: ExecRequest;
  running: boolean;
  /** Undefined while it runs. */
  exitCode?: number;
  pid: number;
}

export interface Execs {
  create(ref: string, request: ExecRequest): Promise<string>;
  /** Starts it; `detached` answers no attachment. */
  start(
    id: string,
    options: { detached: boolean; consoleSize?: { height: number; width: number } },
  ): Promise<Attachment | undefined>;
  resize(id: string, size: { height: number; width: number }): Promise<void>;
  inspect(id: string): ExecRecord;
}
