/** The part of the CNI spec 1.0 (SPEC.md, sections 1 to 5) that a network of bridge, portmap and firewall needs. */

/** One plugin of a network, as in a .conflist file. */
export interface CniPluginConfig {
  /** File name of the plugin's executable. */
  type: string;
  /** Values of the runtime that the plugin reads in `runtimeConfig`. */
  capabilities?: Partial<Record<keyof CniRuntimeConfig, true>>;
  [key: string]: unknown;
}

/** A network: its plugins in the order of ADD. */
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

/** The result of ADD. */
export interface CniResult {
  cniVersion?: string;
  interfaces?: { name: string; mac?: string; sandbox?: string }[];
  ips?: { address: string; gateway?: string; interface?: number }[];
  routes?: { dst: string; gw?: string }[];
  dns?: object;
}

/** An interface of a container; the same for ADD and its DEL. */
export interface CniAttachment {
  containerId: string;
  /** Path of the network namespace. */
  netns: string;
  interface: string;
  /** Directories with the plugins' executables, searched in order. */
  binDirs: string[];
  runtimeConfig: CniRuntimeConfig;
  /** A fixed address, without prefix length. */
  ip?: string;
  mac?: string;
}
