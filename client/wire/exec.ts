import type { BlameWire, DegradationWire } from './pouch.ts';

/** Body of `POST /containers/{id}/exec`. */
export interface ExecCreateRequest {
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  DetachKeys?: string;
  Tty?: boolean;
  Env?: string[] | null;
  /** Pouch: names of variables of `Env` that are masked in every output. */
  SecretEnv?: string[] | null;
  Cmd: string[];
  /** Pouch: runs the login shell of the user, root by default, in its home directory; `Cmd` may be empty. */
  Login?: boolean;
  Privileged?: boolean;
  User?: string;
  WorkingDir?: string;
  /** `[height, width]`. */
  ConsoleSize?: [number, number] | null;
}

/** Response to `POST /containers/ID/exec`. */
export interface ExecCreateResponse {
  Id: string;
}

/** Body of `POST /exec/{id}/start`. */
export interface ExecStartRequest {
  Detach?: boolean;
  Tty?: boolean;
  /** `[height, width]`. */
  ConsoleSize?: [number, number] | null;
}

/** Response of `GET /exec/{id}/json`. */
export interface ExecInspect {
  ID: string;
  Running: boolean;
  /** Null while it runs. */
  ExitCode: number | null;
  ProcessConfig: {
    tty: boolean;
    entrypoint: string;
    arguments: string[] | null;
    privileged: boolean;
    user?: string;
  };
  OpenStdin: boolean;
  OpenStderr: boolean;
  OpenStdout: boolean;
  CanRemove: boolean;
  ContainerID: string;
  DetachKeys: string;
  Pid: number;
  /** Pouch: what plugins have changed in it. */
  Blame?: BlameWire[];
  Degraded?: DegradationWire[];
}
