import type { TSchema } from '@sinclair/typebox';
import type {
  FailurePolicy,
  HookKind,
  HookPoint,
  Phase,
  TapFunction,
  TapOptions,
} from '../../hooks/defineHook.ts';
import type { ContainerCondition } from '../../hooks/containerCondition.ts';
import { ContainerDraft } from '../../hooks/draft.ts';
import type { ReservedKey } from '../../hooks/draftKeys.ts';
import { ContainerRecord } from '../../hooks/engine/record.ts';
import { matchesCondition } from '../contract/matchesCondition.ts';

/** The longest time that a Node timer takes, 24.8 days; with more it would fire at once. */
export const mostMs = 2 ** 31 - 1;

/** A tap as a plugin's setup has registered it. */
export interface RecordedTap {
  readonly point: HookPoint<unknown, unknown>;
  readonly options: TapOptions;
  readonly run: TapFunction<unknown, unknown>;
}

/** The plugin that taps, the hooks that its manifest allows, and its taps so far. */
export interface TapRecorder {
  readonly plugin: string;
  /** Undefined: all. */
  readonly declared: readonly string[] | undefined;
  readonly taps: readonly RecordedTap[];
  addTap(tap: RecordedTap): void;
}

/** What the configuration says for every tap of one plugin. */
export interface TapSettings {
  readonly timeoutMs?: number | undefined;
  readonly onError?: FailurePolicy | undefined;
  /** `FILE:LINE` of the plugin's entry. */
  readonly origin?: string | undefined;
}

/** A tap with everything settled that its calls need. */
export interface PreparedTap {
  readonly plugin: string;
  /** Name of the tap; the plugin's unless it has one of its own. */
  readonly name: string;
  readonly hook: string;
  readonly kind: HookKind;
  readonly phase: Phase;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Names of plugins, each perhaps with a trailing `?`, or `*`. */
  readonly overrides: readonly string[];
  readonly timeoutMs: number;
  readonly onError: FailurePolicy;
  readonly origin: string | undefined;
  readonly fixed: ReadonlySet<string>;
  readonly reserved: readonly ReservedKey[];
  readonly schema: TSchema;
  readonly result: TSchema | undefined;
  readonly stateful: boolean;
  readonly alwaysCalled: boolean;
  readonly when: ContainerCondition | undefined;
  /** Names of the programs that it is called for, one by one. */
  readonly parts: (() => readonly string[]) | undefined;
  /** The one of them that this call is for. */
  readonly part?: string | undefined;
  readonly run: TapFunction<unknown, unknown>;
}

/** A tap that runs. */
export interface PendingTap {
  readonly tap: PreparedTap;
  /** By performance.now(). */
  readonly since: number;
}

/** The configuration has the last word on deadline and policy, then the tap, then the hook point. */
export function prepareTap(
  plugin: string,
  { point, options, run }: RecordedTap,
  settings: TapSettings,
): PreparedTap {
  return {
    plugin,
    name: options.name ?? plugin,
    hook: point.name,
    kind: point.kind,
    phase: options.phase ?? 'main',
    before: options.before ?? [],
    after: options.after ?? [],
    overrides: options.overrides ?? [],
    timeoutMs: Math.min(mostMs, settings.timeoutMs ?? options.timeoutMs ?? point.deadlineMs),
    onError: settings.onError ?? options.onError ?? point.onError,
    origin: settings.origin,
    fixed: new Set(point.fixed),
    reserved: point.reserved ?? [],
    schema: point.input,
    result: point.result,
    stateful: options.stateful ?? false,
    alwaysCalled: options.alwaysCalled ?? false,
    when: options.when,
    parts: options.parts,
    run,
  };
}

/** Whether the input of a hook point describes a container. */
export function describesContainer({ input: { title, properties } }: Pick<HookPoint, 'input'>): boolean {
  const { container } = (properties ?? {}) as { container?: TSchema };
  return title === ContainerDraft.title || container?.title === ContainerRecord.title;
}

/** Whether a tap is called for the container that an input describes. */
export function isFor({ when }: PreparedTap, input: unknown): boolean {
  if (!when) return true;
  const { container } = input as { container?: ContainerRecord };
  return matchesCondition(container?.draft ?? (input as ContainerDraft), when);
}

/** `plugin`, or `plugin:tap` when the tap has a name of its own. */
export function labelOf(tap: PreparedTap): string {
  return tap.name === tap.plugin ? tap.plugin : `${tap.plugin}:${tap.name}`;
}

/** The taps of one call: a tap with parts stands for one tap of each. */
export function partsOf(tap: PreparedTap): readonly PreparedTap[] {
  if (!tap.parts) return [tap];
  try {
    return tap.parts().map((part) => ofPart(tap, part));
  } catch (error) {
    const run = () => {
      throw error;
    };
    return [{ ...tap, run }];
  }
}

/** One part of a tap has the tap's settings and a name of its own. */
function ofPart(tap: PreparedTap, part: string): PreparedTap {
  const plugin = `${tap.plugin}/${part}`;
  return { ...tap, plugin, name: tap.name === tap.plugin ? plugin : tap.name, part };
}

/** The plugin of a tap: of a part, the one that speaks for it. */
export function pluginOf({ plugin, part }: PreparedTap): string {
  return part === undefined ? plugin : plugin.slice(0, -part.length - 1);
}

/** Distinguishes a tap among those of its plugin. */
export function keyOf({ hook, name }: PreparedTap): string {
  return `${hook} ${name}`;
}

/** The parts of `plugin` or `plugin:tap`, either with a trailing `?`, as in `before`, `after` and `overrides`. */
export function parseReference(name: string): {
  plugin: string;
  tapName: string | undefined;
  optional: boolean;
} {
  const optional = name.endsWith('?');
  const [plugin = '', tapName] = (optional ? name.slice(0, -1) : name).split(':');
  return { plugin, tapName, optional };
}
