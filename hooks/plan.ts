import type { ContainerDraft } from './draft.ts';
import type { Effect } from './effects.ts';
import type { OciSpec } from './oci.ts';

/** Who set a field of the draft: one entry per field and tap that changed it, in the order of the changes. */
export interface BlameEntry {
  /** Path in the draft: `env.HOME` is written `process.env.HOME`, keys with dots are quoted: `mounts["/a.b"]`. */
  field: string;
  /** `core`, `request`, `image`, or the plugin's name. */
  plugin: string;
  hook: string;
  action: 'set' | 'changed' | 'removed';
  before?: unknown;
  after?: unknown;
  /** `FILE:LINE` of the plugin's entry in the configuration. */
  origin?: string;
  /** What the whole tap took, in milliseconds. */
  ms: number;
}

/** A plugin that was wanted but failed under a policy that lets the container be made without it. */
export interface Degradation {
  plugin: string;
  hook: string;
  message: string;
}

/** The outcome of the pure half of create. */
export interface Plan {
  draft: ContainerDraft;
  /** The spec as it goes to the runtime. */
  spec: OciSpec;
  /** The spec as it would be without any plugin. */
  plainSpec: OciSpec;
  effects: PlannedEffect[];
  blame: BlameEntry[];
  degraded: Degradation[];
  warnings: string[];
}

export interface PlannedEffect extends Effect {
  key: string;
  /** One sentence of what will be done. */
  sentence: string;
}
