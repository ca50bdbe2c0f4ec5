/** The input of translations: a container that is being created. */
import type { CgroupLayout } from '../cgroup/layout.ts';
import { hasNewNamespace } from '../spec/validate.ts';
import type { Spec } from '../spec/types.ts';
import { Plan } from './Plan.ts';

export interface Container {
  id: string;
  spec: Spec;
  /** Absolute path. */
  bundle: string;
  /** The container's directory below --root. */
  dir: string;
  /** Path below each hierarchy's mount, with a leading slash. */
  cgroup: string;
  cgroups: CgroupLayout;
  consoleSocket?: string | undefined;
  preserveFds: number;
  /** The value of LISTEN_FDS, if the caller passes such descriptors. */
  listenFds: number;
  keepsKeyring: boolean;
  debug: boolean;
}

/** Descriptor numbers that runtime, monitor and init share: above those that the process inherits. */
export class Descriptors {
  readonly first: number;
  #next: number;

  constructor(preserved: number) {
    this.first = Math.max(64, 3 + preserved);
    this.#next = this.first;
  }

  take(): number {
    return this.#next++;
  }

  get count(): number {
    return this.#next - this.first;
  }
}

/** The two plans of a container: the init uses the descriptors that the monitor opens. */
export interface Plans {
  monitor: Plan;
  init: Plan;
  descriptors: Descriptors;
}

export function newPlans(preserved: number): Plans {
  return { monitor: new Plan(), init: new Plan(), descriptors: new Descriptors(preserved) };
}

/** Whether the container's root user is not the host's. */
export function isUserNamespaced({ spec }: Pick<Container, 'spec'>): boolean {
  return (
    hasNewNamespace(spec, 'user') || (spec.linux?.namespaces?.some(({ type }) => type === 'user') ?? false)
  );
}

/**
 * LXC's name of a container. Its path (lxc-info -P) is accessible to all users: in a user namespace LXC accesses it
 * as the container's root, and it creates a directory for each path below /run/lxc/lock.
 */
export function lxcName(dir: string): string {
  return dir.slice(1).replaceAll('/', ':');
}

export const lxcPath = '/run';
