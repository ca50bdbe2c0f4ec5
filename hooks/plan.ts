import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { ContainerDraft } from './draft.ts';
import type { Effect } from './effects.ts';
import type { OciSpec } from './oci.ts';
import { closed, may, says, text, word } from './schema.ts';

/** Who set a field of a draft: one entry per field and tap that changed it, in the order of the changes. */
export const BlameEntry = closed({
  field: says('Path in the draft: `process.env.HOME`; keys that are not words are quoted: `mounts["/a.b"]`.'),
  plugin: says('`core`, `request`, `image`, or the plugin’s name.'),
  hook: text,
  action: word('set', 'changed', 'removed'),
  before: may(Type.Unknown()),
  after: may(Type.Unknown()),
  origin: may(says('`FILE:LINE` of the plugin’s entry in the configuration.')),
  ms: Type.Number({ description: 'Milliseconds of the whole tap.' }),
});
export type BlameEntry = Static<typeof BlameEntry>;

/** A plugin that failed under a policy that lets the operation continue without it. */
export const Degradation = closed({ plugin: text, hook: text, message: text });
export type Degradation = Static<typeof Degradation>;

/** The result of the pure half of create. What is only shown of it (plainSpec, blame, sentences) has no secrets. */
export interface Plan {
  draft: ContainerDraft;
  /** The spec as the runtime gets it. */
  spec: OciSpec;
  /** The spec as it would be without any plugin. */
  plainSpec: OciSpec;
  effects: PlannedEffect[];
  blame: BlameEntry[];
  degraded: Degradation[];
  warnings: string[];
}

/** A plan that was compared with the host. */
export interface CheckedPlan extends Plan {
  /** What a create or a start would fail with now: PouchErrors. */
  findings: Error[];
}

/** Options of a plan that is not applied. */
export interface PlanOptions {
  /** Leaves out the checks that look at the host: ports, bind sources, the command. */
  offline?: boolean;
  /** Names of plugins whose taps are left out: to find the one that breaks a plan. */
  without?: readonly string[];
}

export interface PlannedEffect extends Effect {
  key: string;
  /** One sentence that describes the effect. */
  sentence: string;
}
