/** A CDI specification file (CDI SPEC.md, https://github.com/cncf-tags/container-device-interface). */
export interface CdiSpec {
  cdiVersion: string;
  /** `VENDOR/CLASS`. */
  kind: string;
  annotations?: Record<string, string>;
  devices: CdiDevice[];
  /** Applied once per container, for any of its devices. */
  containerEdits?: CdiEdits;
}

export interface CdiDevice {
  name: string;
  annotations?: Record<string, string>;
  containerEdits: CdiEdits;
}

export interface CdiEdits {
  /** `NAME=VALUE`. */
  env?: string[];
  deviceNodes?: CdiDeviceNode[];
  mounts?: { hostPath: string; containerPath: string; options?: string[]; type?: string }[];
  hooks?: { hookName: string; path: string; args?: string[]; env?: string[]; timeout?: number }[];
  additionalGids?: number[];
  intelRdt?: CdiRdt;
}

export interface CdiRdt {
  closID?: string;
  l3CacheSchema?: string;
  memBwSchema?: string;
  enableCMT?: boolean;
  enableMBM?: boolean;
}

export interface CdiDeviceNode {
  path: string;
  /** Path on the host; default: `path`. */
  hostPath?: string;
  type?: string;
  major?: number;
  minor?: number;
  fileMode?: number;
  /** cgroup access; default: `rw`. */
  permissions?: string;
  uid?: number;
  gid?: number;
}
