import type { ContainerDraft } from './draft.ts';

/** A runtime, as a plugin provides it. */
export interface RuntimeProvider {
  /** What `--runtime` takes. */
  name: string;
  aliases?: string[];
  /** Finds the runtime on this host; cheap and cached by the provider. */
  probe(): Promise<RuntimeState>;
  /** containerd's runtime type: `io.containerd.runc.v2`. */
  containerdType: string;
  /** Options for the shim: `{ BinaryName, Root, SystemdCgroup }` of containerd.runc.v1.Options. */
  options(): Promise<RuncOptions>;
  /** The last change of the draft before the spec is made: what this runtime wants to be different. */
  adaptSpec?(draft: ContainerDraft): void | Promise<void>;
}

export interface RuncOptions {
  binaryName: string;
  root?: string;
  systemdCgroup?: boolean;
}

export interface RuntimeState {
  usable: boolean;
  path: string;
  version: string;
  /** Why it is not usable and what mends it. */
  problem?: string;
}
