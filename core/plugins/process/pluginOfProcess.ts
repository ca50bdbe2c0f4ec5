import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { Contributed, ProcessManifest } from '../../../hooks/processProtocol.ts';
import { type Requirement, type Requirements, token } from '../../../hooks/token.ts';
import { hookPoint, tappable } from '../load/tappableHooks.ts';
import { effectOfProcess } from './effectOfProcess.ts';
import type { PluginCalls } from './PluginCalls.ts';
import type { Masker } from './secretValues.ts';
import { otherMethods, serviceCalls } from './serviceCalls.ts';
import { tapOfProcess } from './tapOfProcess.ts';

/** Where the process of a plugin comes from. */
export interface ProcessSource {
  /** For the plugin, whose log it gets. */
  open(log: Logger): PluginCalls;
  /** For a request before it is set up. */
  use(request: (calls: PluginCalls) => Promise<void>): Promise<void>;
}

/** A plugin like any other, whose taps and effect kinds are calls of a process. */
export function pluginOfProcess(
  manifest: ProcessManifest,
  secrets: Masker | undefined,
  source: ProcessSource,
): Plugin {
  const { name, version, doc, options, inject = [], wants, required, hooks } = manifest;
  return {
    name,
    ...(version !== undefined && { version }),
    ...(doc !== undefined && { doc }),
    ...(options !== undefined && { options }),
    ...(wants && { wants }),
    ...(required !== undefined && { required }),
    ...(hooks && { hooks: [...new Set(hooks.map(({ point }) => point))] }),
    inject: requirementsOf(inject),
    ...(manifest.check && {
      check: (given, locate) => source.use((calls) => calls.check(given, locate)) as unknown as void,
    }),
    async setup(context) {
      const { log, services, options: given, locate, onDispose } = context;
      const calls = source.open(log);
      onDispose(() => calls.end());
      calls.use({ ...serviceCalls(services, secrets), locate: (pointer) => locate(String(pointer)) }, log);
      if (manifest.setup) {
        const setup = { options: given, host: context.host, services: otherMethods(services) };
        contribute(context, await calls.setUp(setup), { manifest, secrets, calls });
      } else {
        const { hooks: taps = [], effects = [] } = manifest;
        contribute(context, { hooks: taps, effects }, { manifest, secrets, calls, options: given });
        calls.start();
      }
    },
  };
}

interface Parts {
  readonly manifest: ProcessManifest;
  readonly secrets: Masker | undefined;
  readonly calls: PluginCalls;
  /** With each hook. */
  readonly options?: unknown;
}

function contribute(
  { hooks, effect, profile }: PluginContext,
  { hooks: taps, effects, profiles = [] }: Contributed,
  { manifest: { name }, secrets, calls, options }: Parts,
): void {
  for (const declared of taps) {
    const { point, when, ...tapOptions } = declared;
    const named = { point, when, name: tapOptions.name ?? name };
    tappable(hooks, point).tap(
      tapOptions,
      tapOfProcess(hookPoint(point, name), named, { options, secrets }, calls),
    );
  }
  for (const one of profiles) profile(one);
  // What a plugin in pouchd does at once, this one does a little later.
  for (const declared of effects) effect(effectOfProcess(declared, secrets, calls) as unknown as EffectKind);
}

/** Each under its own name. */
function requirementsOf(inject: NonNullable<ProcessManifest['inject']>): Requirements {
  return Object.fromEntries(
    inject.map((wanted) => {
      const { service, range, optional = false } = typeof wanted === 'string' ? { service: wanted } : wanted;
      const requirement: Requirement = {
        token: token(service),
        isOptional: optional,
        ...(range !== undefined && { range }),
      };
      return [service, requirement];
    }),
  );
}
