import { type DoctorFinding, findingProblem } from '../../../hooks/contributions/doctorCheck.ts';
import type { Surface } from '../../../hooks/contributions/surface.ts';
import type { ContributionName, ContributionTypes } from '../../../hooks/contributions/index.ts';
import type { LogDriver } from '../../../hooks/contributions/logDriver.ts';
import type { NetworkDriver } from '../../../hooks/contributions/networkDriver.ts';
import type { VolumeDriver } from '../../../hooks/contributions/volumeDriver.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import type { OwnedRuntime } from '../../contract/ownedRuntime.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import { isRuntimeProgram, type RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { type ProgramRights, runtimeOfProgram } from '../runtimes/runtimeOfProgram.ts';
import { attribute } from '../attribute.ts';
import { clone } from '../draft/clone.ts';
import { isPlainData, plainDataHint } from '../draft/plainData.ts';
import { frozenCopy } from '../draft/frozenCopy.ts';
import { withFrozenRecords } from '../frozenRecords.ts';

type Attributed = {
  readonly [Name in ContributionName]: (
    value: ContributionTypes[Name],
    plugin: string,
    options: { isBuiltIn: boolean; programs: ProgramRights },
  ) => Name extends keyof Owned ? Owned[Name] : ContributionTypes[Name];
};

interface Owned {
  effect: OwnedEffectKind;
  runtime: OwnedRuntime;
}

/** How the core calls the contributions of each point. */
export const attributed: Attributed = {
  effect: (kind, plugin) => attributedEffectKind(kind, plugin),
  runtime: (runtime, plugin, options) => ownedRuntime(runtime, plugin, options),
  // A copy: what the plugin does to its own later changes nothing.
  profile: (profile) => frozenCopy(profile),
  // Its taps are called, not it.
  richMode: (mode) => mode,
  surface: attributedSurface,
  verb: (verb, plugin) => ({
    ...verb,
    run: async (input, context) => named(plugin, async () => verb.run(input, context)),
  }),
  route: (route, plugin) => ({
    ...route,
    handle: async (request) => named(plugin, async () => route.handle(request)),
  }),
  doctorCheck: (check, plugin) => ({
    ...check,
    run: async (context) => named(plugin, async () => checkedFinding(await check.run(context))),
  }),
  metric: (declaration) => declaration,
  volumeDriver: (driver, plugin) => attributedVolumeDriver(driver, plugin),
  networkDriver: (driver, plugin) => attributedNetworkDriver(driver, plugin),
  sidecar: ({ channel, ...sidecar }) => ({ ...frozenCopy(sidecar), ...(channel && { channel }) }),
  logDriver: (driver, plugin) => attributedLogDriver(driver, plugin),
  // Its calls, and its streams, name the plugin where they are used.
  imageSource: (source) => source,
  imageBuilder: (builder, plugin) => ({
    ...builder,
    probe: async () => named(plugin, async () => builder.probe()),
    build: async (build, context) => namedUnlessCoded(plugin, async () => builder.build(build, context)),
    prune: async (context, prune) => named(plugin, async () => builder.prune(context, prune)),
  }),
  page: (page, plugin) => ({
    ...page,
    render: async (call) => named(plugin, async () => page.render(call)),
  }),
};

/**
 * An effect kind whose errors name the plugin. Data is copied, methods are called on the plugin's own object; they get
 * frozen copies of what the engine stores.
 */
export function attributedEffectKind(kind: OwnedEffectKind, plugin: string): OwnedEffectKind {
  return {
    ...kind,
    plugin,
    kind: kind.kind,
    describe: (args) => described(kind, plugin, args),
    apply: async (args, context) =>
      named(plugin, async () => plainResult(kind, await kind.apply(frozenCopy(args), context))),
    ...(kind.check
      ? {
          check: async (args, context) =>
            named(plugin, async () =>
              kind.check!(frozenCopy(args), { ...context, draft: frozenCopy(context.draft) }),
            ),
        }
      : {}),
    undo: async (args, result, context) =>
      named(plugin, async () => kind.undo(frozenCopy(args), frozenCopy(result), context)),
    ...(kind.assume ? { assume: (container) => kind.assume!(container) } : {}),
  };
}

/** Of a plugin in a process of its own it takes a while. */
async function described(kind: OwnedEffectKind, plugin: string, args: Effect['args']): Promise<string> {
  try {
    const sentence: unknown = await kind.describe(frozenCopy(args));
    if (typeof sentence === 'string') return sentence;
    throw new PouchError('PCH_PLUGIN_CONTRACT', `expected a sentence, found ${typeof sentence}`);
  } catch (error) {
    throw attribute(error, { plugin, what: `describe of the effect kind ${kind.kind}` });
  }
}

/** The journal stores it. */
function plainResult({ kind }: Pick<EffectKind, 'kind'>, returned: unknown): unknown {
  return plainCopy(returned, `apply of the effect kind ${kind}`);
}

/** @throws PCH_PLUGIN_CONTRACT for a value that JSON cannot hold */
function plainCopy<T>(returned: T, what: string): T {
  const result = clone(returned);
  if (result === undefined || isPlainData(result)) return result;
  const message = `${what} returned a value that is not plain data`;
  throw new PouchError('PCH_PLUGIN_CONTRACT', message, { hint: plainDataHint });
}

function ownedRuntime(
  runtime: RuntimeProvider | RuntimeProgram,
  plugin: string,
  { isBuiltIn, programs }: { isBuiltIn: boolean; programs: ProgramRights },
): OwnedRuntime {
  const provider = isRuntimeProgram(runtime) ? runtimeOfProgram(runtime, plugin, programs) : runtime;
  const attributed = attributedRuntime(provider, plugin);
  return isBuiltIn
    ? attributed
    : Object.defineProperty(attributed, 'plugin', { value: plugin, enumerable: true });
}

/** A runtime whose errors name the plugin. `adaptSpec` alone may change the draft. */
export function attributedRuntime(provider: RuntimeProvider, plugin: string): RuntimeProvider {
  return {
    ...provider,
    name: provider.name,
    // Where a runtime has several shims, the host decides about it.
    get containerdType() {
      return provider.containerdType;
    },
    probe: async (options) => named(plugin, async () => provider.probe(options)),
    options: async (draft) => named(plugin, async () => provider.options(frozenCopy(draft))),
    ...(provider.refusals
      ? { refusals: async (draft) => named(plugin, async () => provider.refusals?.(frozenCopy(draft)) ?? []) }
      : {}),
    ...(provider.initPid
      ? { initPid: async (id) => named(plugin, async () => provider.initPid?.(id) ?? 0) }
      : {}),
    ...(provider.adaptSpec
      ? { adaptSpec: async (draft) => named(plugin, async () => provider.adaptSpec?.(draft)) }
      : {}),
  };
}

/** A surface whose errors name the plugin. Only a built-in one gets the engine's own records, for speed. */
export function attributedSurface(
  surface: Surface,
  plugin: string,
  { isBuiltIn }: { isBuiltIn: boolean },
): Surface {
  return {
    ...surface,
    name: surface.name,
    start: async (engine, failed) =>
      named(plugin, async () => surface.start(isBuiltIn ? engine : withFrozenRecords(engine), failed)),
    stop: async () => named(plugin, async () => surface.stop()),
  };
}

/** A volume driver whose errors name the plugin. Data is copied, functions are called on the plugin's own object. */
export function attributedVolumeDriver(driver: VolumeDriver, plugin: string): VolumeDriver {
  const { check, create, remove, effects, status } = driver;
  const plain = <T>(what: string, returned: T) =>
    plainCopy(returned, `${what} of the volume driver ${driver.name}`);
  const calls: Partial<VolumeDriver> = {
    ...(check && { check: async (...given) => named(plugin, async () => driver.check?.(...given)) }),
    ...(create && { create: async (...given) => named(plugin, async () => driver.create?.(...given)) }),
    ...(remove && { remove: async (...given) => named(plugin, async () => driver.remove?.(...given)) }),
    ...(effects && {
      effects: async (...given) =>
        named(plugin, async () => plain('effects', await driver.effects!(...given))),
    }),
    ...(status && {
      status: async (...given) => named(plugin, async () => plain('status', await driver.status!(...given))),
    }),
  };
  return { ...driver, ...calls };
}

/** A log driver whose errors name the plugin. */
export function attributedLogDriver(driver: LogDriver, plugin: string): LogDriver {
  const { check, write } = driver;
  const calls: Partial<LogDriver> = {
    ...(check && { check: async (...given) => named(plugin, async () => driver.check?.(...given)) }),
    ...(write && { write: async (...given) => named(plugin, async () => driver.write?.(...given)) }),
  };
  return { ...driver, ...calls };
}

/** The same for a network driver. */
function attributedNetworkDriver(driver: NetworkDriver, plugin: string): NetworkDriver {
  const { name, check, attach, publish, define, create, remove } = driver;
  return {
    ...driver,
    ...(check && { check: async (...given) => named(plugin, async () => driver.check?.(...given)) }),
    ...(attach && {
      attach: async (...given) =>
        named(plugin, async () =>
          plainCopy(await driver.attach!(...given), `attach of the network driver ${name}`),
        ),
    }),
    ...(publish && {
      publish: async (...given) =>
        named(plugin, async () =>
          plainCopy(await driver.publish!(...given), `publish of the network driver ${name}`),
        ),
    }),
    ...(define && {
      define: async (...given) =>
        named(plugin, async () =>
          plainCopy(await driver.define!(...given), `define of the network driver ${name}`),
        ),
    }),
    ...(create && { create: async (...given) => named(plugin, async () => driver.create?.(...given)) }),
    ...(remove && { remove: async (...given) => named(plugin, async () => driver.remove?.(...given)) }),
  };
}

/** @throws PCH_PLUGIN_CONTRACT for what is not a finding */
function checkedFinding(finding: DoctorFinding): DoctorFinding {
  const problem = findingProblem(finding);
  if (problem !== undefined)
    throw new PouchError('PCH_PLUGIN_CONTRACT', `the check returned an invalid finding: ${problem}`, {
      hint: 'return { ok: boolean, found: string, fix?: string }',
    });
  const { ok, found, fix } = finding;
  return { ok, found, ...(fix !== undefined && { fix }) };
}

/** A mistake of the user is not the plugin's. */
async function namedUnlessCoded<T>(plugin: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof PouchError ? error : attribute(error, { plugin });
  }
}

async function named<T>(plugin: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw attribute(error, { plugin });
  }
}
