/** The part of the CNI spec 1.0 (SPEC.md, sections 1 to 5) that a network of bridge, portmap and firewall needs. */

/** One plugin of a network, as the administrator would write it in a .conflist. */
export interface CniPluginConfig {
  /** File name of the plugin's executable. */
  type: string;
  /** Which of the runtime's values the plugin wants in `runtimeConfig`. */
  capabilities?: Partial<Record<keyof CniRuntimeConfig, true>>;
  [key: string]: unknown;
}

/** A network: the plugins of an attachment, in the order of ADD. */
export interface CniNetwork {
  cniVersion: string;
  name: string;
  plugins: CniPluginConfig[];
}

/** Values of one attachment, by capability (CONVENTIONS.md). */
export interface CniRuntimeConfig {
  portMappings?: CniPortMapping[];
}

export interface CniPortMapping {
  hostPort: number;
  containerPort: number;
  protocol: string;
  hostIP?: string;
}

/** What ADD answers. */
export interface CniResult {
  cniVersion?: string;
  interfaces?: { name: string; mac?: string; sandbox?: string }[];
  ips?: { address: string; gateway?: string; interface?: number }[];
  routes?: { dst: string; gw?: string }[];
  dns?: object;
}

/** Which interface of which container; the same for ADD and for its DEL. */
export interface CniAttachment {
  containerId: string;
  /** Path of the network namespace. */
  netns: string;
  interface: string;
  /** Folders with the plugins' executables, searched in order. */
  binDirs: string[];
  runtimeConfig: CniRuntimeConfig;
  /** A fixed address, without a prefix. */
  ip?: string;
  mac?: string;
}
