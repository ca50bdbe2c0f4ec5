import type { HostFacts, Locate, Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { FileAccess } from '../../../hooks/files.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import type { RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Contributions } from './Contributions.ts';
import { tappableHooks } from './tappableHooks.ts';
import { tapRichMode, tappedByProcess } from './tapRichMode.ts';

/** What differs by where a plugin runs. */
export interface SetupParts {
  readonly options: unknown;
  readonly locate: Locate;
  readonly services: PluginContext['services'];
  readonly log: Logger;
  readonly host: HostFacts;
  readonly files: FileAccess;
}

/** What a plugin's setup is given: the parts, and calls that go to its contributions. */
export function setupContext(
  { name, hooks }: Plugin,
  parts: SetupParts,
  contributions: Contributions,
): PluginContext {
  const tappable = tappableHooks({
    plugin: name,
    declared: hooks,
    taps: contributions.taps,
    addTap: (tap) => contributions.addTap(tap),
  });
  return {
    ...parts,
    hooks: tappable,
    provide: (provided, options) =>
      contributions.provide(provided, options as Parameters<Contributions['provide']>[1]),
    effect: (kind) => contributions.add('effect', kind as unknown as EffectKind),
    runtime: (runtime: RuntimeProvider | RuntimeProgram) => contributions.add('runtime', runtime),
    profile: (profile) => contributions.add('profile', profile),
    richMode: (mode) => {
      contributions.add('richMode', mode);
      if (mode.apply !== tappedByProcess) tapRichMode(tappable, mode);
    },
    surface: (surface) => contributions.add('surface', surface),
    verb: (verb) => contributions.add('verb', verb),
    route: (route) => contributions.add('route', route),
    doctorCheck: (check) => contributions.add('doctorCheck', check),
    metric: (declaration) => contributions.declareMetric(declaration),
    volumeDriver: (driver) => contributions.add('volumeDriver', driver),
    networkDriver: (driver) => contributions.add('networkDriver', driver),
    sidecar: (sidecar) => contributions.add('sidecar', sidecar),
    imageSource: (source) => contributions.add('imageSource', source),
    imageBuilder: (builder) => contributions.add('imageBuilder', builder),
    logDriver: (driver) => contributions.add('logDriver', driver),
    page: (page) => contributions.add('page', page),
    onDispose: (run) => contributions.addDisposer(run),
  };
}
