/** A CDI specification file (CDI SPEC.md, https://github.com/cncf-tags/container-device-interface). */
export interface CdiSpec {
  cdiVersion: string;
  /** `VENDOR/CLASS`. */
  kind: string;
  annotations?: Record<string, string>;
  devices: CdiDevice[];
  /** Once for a container, whichever of the devices it has. */
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
  /** Where it is on the host; `path` if missing. */
  hostPath?: string;
  type?: string;
  major?: number;
  minor?: number;
  fileMode?: number;
  /** cgroup access; `rw` if missing. */
  permissions?: string;
  uid?: number;
  gid?: number;
}
