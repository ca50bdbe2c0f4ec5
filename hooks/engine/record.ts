import type { ContainerDraft } from '../draft.ts';
import type { BlameEntry, Degradation } from '../plan.ts';
import type { ContainerRequest } from '../request.ts';

export type ContainerStatus =
  'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ContainerState {
  status: ContainerStatus;
  /** Host pid of PID 1; 0 when it does not run. */
  pid: number;
  exitCode: number;
  oomKilled: boolean;
  /** Why the last start failed; empty otherwise. */
  error: string;
  /** RFC 3339 with nanoseconds as containerd tells them; empty before the first start. */
  startedAt: string;
  finishedAt: string;
}

/** Why nothing but the id of a container is certain: its config.json cannot be used. */
export interface Damage {
  /** The damaged file. */
  path: string;
  /** `config.json: state.pid: expected integer, found "x"`. */
  problem: string;
  /** What can be done about it. */
  hint: string;
  /** Its mounts are not known either: any volume may be one of its own. */
  usesUnknown: boolean;
}

/** A container as the store holds it; also the content of its config.json. */
export interface ContainerRecord {
  id: string;
  name: string;
  createdAt: string;
  request: ContainerRequest;
  /** The draft after the last hook, without its functions. */
  draft: ContainerDraft;
  state: ContainerState;
  restartCount: number;
  /** The user has stopped it by hand: `unless-stopped` leaves it stopped. */
  stoppedByUser: boolean;
  degraded: Degradation[];
  warnings: string[];
  /** Who set what in updates since: the last of each field. */
  updates?: BlameEntry[];
  /** What the start-stage effects answered, by effect key: `network.eth0` → addresses. */
  attachments: Record<string, unknown>;
  /**
   * Set if this is a stand-in: the container's own record is damaged, and all that could not be read from elsewhere is
   * empty. Its status is `dead`, its pid that of a task that still runs. Never stored.
   */
  damage?: Damage;
  /** Absolute paths of the files bound into the container. */
  paths: { directory: string; log: string; hosts: string; hostname: string; resolvConf: string };
}

/** What `attachments[key]` holds for a network interface (the result of a network plugin's effect). */
export interface NetworkAttachment {
  network: string;
  interface: string;
  mac?: string;
  ip?: string;
  prefixLength?: number;
  gateway?: string;
  /** As asked, with free ports filled in. */
  ports: { containerPort: number; protocol: string; hostIp: string; hostPort: number }[];
  /** The raw CNI result (CNI spec, section 5), if a CNI plugin made it. */
  cni?: object;
}
