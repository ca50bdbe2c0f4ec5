/** Which runtime a container gets, and by whose choice. */
import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import { formatPath } from '../../plugins/index.ts';
import { changeByPlugin } from '../culprit.ts';
import { fittingRule } from './rules.ts';

export interface RuntimeChoice {
  name: string;
  blame: BlameEntry;
}

export interface Selection {
  runtime: PouchConfig['runtime'];
  /** `FILE:LINE` of a setting or of a place in it. */
  originOf(setting: string): string | undefined;
  /** Who has set what in the draft. */
  blame: readonly BlameEntry[];
  /** The first result of `container.selectRuntime`. */
  ask(): Promise<{ result: string; plugin: string } | undefined>;
}

/** The annotation that chooses a runtime, for tools that cannot name one. */
const annotation = 'io.pouch.runtime';

/** The request's, else the annotation, else a plugin's choice, else a rule of pouchd.yaml, else its default. */
export async function selectRuntime(draft: ContainerDraft, selection: Selection): Promise<RuntimeChoice> {
  if (draft.runtime) return choice(draft.runtime, { plugin: 'request', hook: 'create' });
  const annotated = draft.annotations[annotation];
  if (annotated) return choice(annotated, annotatedBy(selection));
  const chosen = await selection.ask();
  if (chosen) return choice(chosen.result, { plugin: chosen.plugin, hook: 'container.selectRuntime' });
  const { rules, default: standard } = selection.runtime;
  const index = fittingRule(draft, rules);
  const rule = rules[index];
  if (rule) return byConfig(rule.use, `runtime.rules[${index}]`, selection);
  return byConfig(standard, 'runtime.default', selection);
}

function annotatedBy({ blame }: Selection): Pick<BlameEntry, 'plugin' | 'hook' | 'origin'> {
  const change = changeByPlugin(blame, [formatPath(['annotations', annotation])]);
  if (!change) return { plugin: 'request', hook: annotation };
  const { plugin, hook, origin } = change;
  return { plugin, hook, ...(origin !== undefined && { origin }) };
}

function byConfig(name: string, setting: string, { originOf }: Selection): RuntimeChoice {
  const origin = originOf(setting);
  return choice(name, { plugin: 'core', hook: setting, ...(origin !== undefined && { origin }) });
}

function choice(name: string, by: Pick<BlameEntry, 'plugin' | 'hook' | 'origin'>): RuntimeChoice {
  return { name, blame: { field: 'runtime', action: 'set', after: name, ms: 0, ...by } };
}
