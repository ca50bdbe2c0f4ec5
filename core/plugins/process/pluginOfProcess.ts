import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { Contributed, ProcessManifest } from '../../../hooks/processProtocol.ts';
import { type Requirement, type Requirements, token } from '../../../hooks/token.ts';
import { hookPoint, tappable } from '../load/tappableHooks.ts';
import { tappedByProcess } from '../load/tapRichMode.ts';
import { doctorCheckOfProcess } from './doctorCheckOfProcess.ts';
import { effectOfProcess } from './effectOfProcess.ts';
import { imageSourceOfProcess } from './imageSourceOfProcess.ts';
import { logDriverOfProcess } from './logDriverOfProcess.ts';
import { networkDriverOfProcess } from './networkDriverOfProcess.ts';
import { pageOfProcess } from './pageOfProcess.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { routeOfProcess } from './routeOfProcess.ts';
import { runtimeOfProcess } from './runtimeOfProcess.ts';
import type { Masker } from './secretValues.ts';
import { serviceOfProcess } from './serviceOfProcess.ts';
import { otherMethods, type PluginRights, serviceCalls } from './serviceCalls.ts';
import { tapOfProcess } from './tapOfProcess.ts';
import { verbOfProcess } from './verbOfProcess.ts';
import { volumeDriverOfProcess } from './volumeDriverOfProcess.ts';

/** Where the process of a plugin comes from. */
export interface ProcessSource {
  /** For the plugin, whose log it gets. */
  open(log: Logger): PluginCalls;
  /** For a request before it is set up. */
  use(request: (calls: PluginCalls) => Promise<void>): Promise<void>;
}

/** A plugin like any other, whose taps, effect kinds and drivers are calls of a process. */
export function pluginOfProcess(
  manifest: ProcessManifest,
  rights: PluginRights,
  source: ProcessSource,
): Plugin {
  const { secrets } = rights;
  const {
    name,
    version,
    doc,
    engines,
    options,
    inject = [],
    wants,
    required,
    hooks,
    provides = [],
  } = manifest;
  return {
    name,
    ...(version !== undefined && { version }),
    ...(doc !== undefined && { doc }),
    ...(options !== undefined && { options }),
    ...(engines && { engines }),
    ...(wants && { wants }),
    ...(required !== undefined && { required }),
    ...(hooks && { hooks: [...new Set(hooks.map(({ point }) => point))] }),
    inject: requirementsOf(inject),
    ...(provides.length > 0 && {
      provides: Object.fromEntries(provides.map(({ service }) => [service, token(service)])),
    }),
    ...(manifest.check && {
      check: (given, locate) => source.use((calls) => calls.check(given, locate)) as unknown as void,
    }),
    async setup(context) {
      const { log, services, options: given, locate, onDispose } = context;
      const calls = source.open(log);
      onDispose(() => calls.end());
      calls.use({ ...serviceCalls(services, rights), locate: (pointer) => locate(String(pointer)) }, log);
      if (manifest.setup) {
        const setup = { options: given, host: context.host, services: otherMethods(services) };
        contribute(context, await calls.setUp(setup), { manifest, secrets, calls });
      } else {
        const { hooks: taps = [], effects = [] } = manifest;
        const contributed = { ...manifest, hooks: taps, effects };
        contribute(context, contributed, { manifest, secrets, calls, options: given });
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
  {
    hooks,
    effect,
    profile,
    richMode,
    runtime,
    volumeDriver,
    networkDriver,
    logDriver,
    imageSource,
    sidecar,
    page,
    route,
    verb,
    doctorCheck,
    metric,
    provide,
  }: PluginContext,
  {
    hooks: taps,
    effects,
    profiles = [],
    richModes = [],
    runtimes = [],
    volumeDrivers = [],
    networkDrivers = [],
    logDrivers = [],
    imageSources = [],
    sidecars = [],
    pages = [],
    routes = [],
    verbs = [],
    doctorChecks = [],
    metrics = [],
    provides = [],
  }: Contributed,
  { manifest: { name }, secrets, calls, options }: Parts,
): void {
  for (const declared of taps) {
    const { point, ...tapOptions } = declared;
    const surroundings = { options, secrets };
    tappable(hooks, point).tap(
      tapOptions,
      tapOfProcess(hookPoint(point, name), tapOptions.name ?? name, surroundings, calls),
    );
  }
  for (const one of profiles) profile(one);
  for (const one of richModes) richMode({ ...one, apply: tappedByProcess });
  // What a plugin in pouchd does at once, this one does a little later.
  for (const declared of effects) effect(effectOfProcess(declared, secrets, calls) as unknown as EffectKind);
  for (const declared of runtimes) runtime(runtimeOfProcess(declared, secrets, calls));
  for (const declared of volumeDrivers) volumeDriver(volumeDriverOfProcess(declared, calls));
  for (const declared of networkDrivers) networkDriver(networkDriverOfProcess(declared, calls));
  for (const declared of sidecars) sidecar(declared);
  for (const declared of logDrivers) logDriver(logDriverOfProcess(declared, calls));
  for (const declared of imageSources) imageSource(imageSourceOfProcess(declared, calls));
  for (const declared of pages) page(pageOfProcess(declared, calls));
  for (const declared of routes) route(routeOfProcess(declared, calls));
  for (const declared of verbs) verb(verbOfProcess(declared, calls));
  for (const declared of doctorChecks) doctorCheck(doctorCheckOfProcess(declared, calls));
  provide(Object.fromEntries(provides.map((one) => [one.service, serviceOfProcess(one, calls)])));
  const own = metrics.map(
    (one) => [one.name, { metric: metric(one), isGauge: one.type === 'gauge' }] as const,
  );
  calls.openMetrics(new Map(own));
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
