/** Which runtime a container gets, and by whose choice. */
import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import { fittingRule } from './rules.ts';

export interface RuntimeChoice {
  name: string;
  blame: BlameEntry;
}

export interface Selection {
  runtime: PouchConfig['runtime'];
  /** `FILE:LINE` of a setting or of a place in it. */
  originOf(setting: string): string | undefined;
  /** The first result of `container.selectRuntime`. */
  ask(): Promise<{ result: string; plugin: string } | undefined>;
}

/** The annotation that chooses a runtime, for tools that cannot name one. */
const annotation = 'io.pouch.runtime';

/** The request's, else the annotation, else a plugin's choice, else a rule of pouchd.yaml, else its default. */
export async function selectRuntime(draft: ContainerDraft, selection: Selection): Promise<RuntimeChoice> {
  const asked = draft.runtime || draft.annotations[annotation];
  if (asked) return choice(asked, { plugin: 'request', hook: draft.runtime ? 'create' : annotation });
  const chosen = await selection.ask();
  if (chosen) return choice(chosen.result, { plugin: chosen.plugin, hook: 'container.selectRuntime' });
  const { rules, default: standard } = selection.runtime;
  const index = fittingRule(draft, rules);
  const rule = rules[index];
  if (rule) return byConfig(rule.use, `runtime.rules[${index}]`, selection);
  return byConfig(standard, 'runtime.default', selection);
}

function byConfig(name: string, setting: string, { originOf }: Selection): RuntimeChoice {
  const origin = originOf(setting);
  return choice(name, { plugin: 'core', hook: setting, ...(origin !== undefined && { origin }) });
}

function choice(name: string, by: Pick<BlameEntry, 'plugin' | 'hook' | 'origin'>): RuntimeChoice {
  return { name, blame: { field: 'runtime', action: 'set', after: name, ms: 0, ...by } };
}
