/** All that translations need to know of a container that is being made. */
import type { CgroupLayout } from '../cgroup/layout.ts';
import { hasNewNamespace } from '../spec/validate.ts';
import type { Spec } from '../spec/types.ts';
import { Plan } from './Plan.ts';

export interface Container {
  id: string;
  spec: Spec;
  /** Absolute. */
  bundle: string;
  /** The container's directory below --root. */
  dir: string;
  /** Below each hierarchy's mount, with a slash at its start. */
  cgroup: string;
  cgroups: CgroupLayout;
  consoleSocket?: string | undefined;
  preserveFds: number;
  /** The value of LISTEN_FDS, if the caller passes such descriptors on. */
  listenFds: number;
  keepsKeyring: boolean;
  debug: boolean;
}

/** Descriptor numbers that runtime, monitor and init agree on: above the ones that the process inherits. */
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

/** The two plans of a container, side by side: what the one opens, the other uses. */
export interface Plans {
  monitor: Plan;
  init: Plan;
  descriptors: Descriptors;
}

export function newPlans(preserved: number): Plans {
  return { monitor: new Plan(), init: new Plan(), descriptors: new Descriptors(preserved) };
}

/** Whether the container's root is not the host's. */
export function isUserNamespaced({ spec }: Pick<Container, 'spec'>): boolean {
  return (
    hasNewNamespace(spec, 'user') || (spec.linux?.namespaces?.some(({ type }) => type === 'user') ?? false)
  );
}

/**
 * LXC's own name of a container. Its path (lxc-info -P) is one that everybody can reach: in a user namespace LXC wants to, as the
 * container's root, and below /run/lxc/lock it makes a directory for each.
 */
export function lxcName(dir: string): string {
  return dir.slice(1).replaceAll('/', ':');
}

export const lxcPath = '/run';
