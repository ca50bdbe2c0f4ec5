import type { ContainerRequest, NewNetwork, NewVolume } from '../../../hooks/index.ts';

/** What pouchd.yaml says that the host has. */
export interface DeclaredHost {
  readonly networks: ReadonlyMap<string, DeclaredNetwork>;
  readonly volumes: ReadonlyMap<string, DeclaredVolume>;
  /** By their references, as they are written. */
  readonly images: ReadonlyMap<string, DeclaredImage>;
  readonly containers: ReadonlyMap<string, DeclaredContainer>;
  /** Objects with mistakes: they stay as they are. */
  readonly broken: readonly BrokenObject[];
}

export type ObjectKind = 'network' | 'volume' | 'image' | 'container';

interface Declared {
  readonly name: string;
  /** `FILE:LINE` of its name. */
  readonly origin?: string;
  /** `FILE:LINE` of one of its options, or of its name. */
  originOf(option: string): string | undefined;
  /** A digest of all that is declared. */
  readonly digest: string;
}

/**
 * Options by which the agent treats an object, with their defaults. The object itself has none of them: they are in
 * force with the declaration.
 */
export type Policy = Readonly<
  Record<string, string | boolean | Readonly<Record<string, string>> | undefined>
>;

export interface DeclaredNetwork extends Declared {
  readonly network: NewNetwork;
}

export interface DeclaredVolume extends Declared {
  readonly volume: NewVolume;
  readonly onRemove: 'keep' | 'remove';
}

/** Its name is its reference. */
export interface DeclaredImage extends Declared {
  /** Nobody can remove it. */
  readonly keep: boolean;
  /** When the registry is asked for a newer one: `every 6h`, or five fields as of crontab(5), in the host's time. */
  readonly refresh?: string;
  readonly onRemove: 'keep' | 'remove';
  readonly policy: Policy;
}

export interface DeclaredContainer extends Declared {
  /** With its name, without the labels of the agent. */
  readonly request: ContainerRequest;
  readonly dependsOn: readonly Dependency[];
  /** Whether the registry is asked for a newer image, or at all. */
  readonly pull: 'missing' | 'always' | 'never';
  readonly onRemove: 'keep' | 'stop' | 'remove';
  /** The name of its declaration, of one of several replicas; missing: it is the only one. */
  readonly replicaOf?: string;
  readonly update: UpdatePolicy;
  /** `every 6h`, or five fields as of crontab(5), in the host's time: it is started then, and not otherwise. */
  readonly schedule?: string;
  /** Its schedule, dependencies and update, as they are written. */
  readonly policy: Policy;
}

/** How containers are replaced. */
export interface UpdatePolicy {
  /** Whether the old one stops before the new one starts, or after the new one is up. */
  readonly order: 'stop-first' | 'start-first';
  /** How many replicas are changed at once. */
  readonly parallel: number;
  /** Milliseconds for a new one to be up. */
  readonly deadlineMs: number;
}

/** A container that must have come so far before another one is started. */
export interface Dependency {
  readonly name: string;
  readonly condition: 'started' | 'healthy' | 'completed';
}

export interface BrokenObject {
  readonly kind: ObjectKind;
  readonly name: string;
  /** `FILE:LINE: containers.web.memory: expected …`. */
  readonly problem: string;
}
