import type { ContainerRecord, Network, PlanChange, Volume } from '../../../hooks/index.ts';

/** What the host has, as a plan compares it. */
export interface HostState {
  readonly networks: readonly Network[];
  readonly volumes: readonly Volume[];
  readonly containers: readonly ContainerRecord[];
  /** What a new plan changes in declared containers that other plugins or settings have planned, by id. */
  readonly outdated?: ReadonlyMap<string, readonly PlanChange[]>;
  /** Ids of the images that the host has, by reference. */
  readonly images: ReadonlyMap<string, string>;
  /** Names of declared containers that are known to have no health check; missing: none was looked for. */
  readonly unprobed?: ReadonlySet<string>;
  /** References of images that the agent has pulled, and removes once they are not declared. */
  readonly ownImages: readonly string[];
}
