import type { Container } from 'inversify';
import type { Locate, OptionsCheck } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { Files, Host, Log } from '../../../hooks/services.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { attribute } from '../attribute.ts';
import { attributedService, containerWith, injected, serviceOf } from '../services.ts';
import { Contributions } from './Contributions.ts';
import { isConfined } from './grants.ts';
import { type Candidate, needsOf, providerOf, unmet } from './requirements.ts';
import { checkBuiltInOptions, checkOptions } from './pluginOptions.ts';
import { stateOfOptionFiles } from './optionFiles.ts';
import type { PluginSlot } from './PluginSlot.ts';
import type { PluginVersion } from './PluginVersion.ts';
import { shadowServices } from '../shadow/shadowServices.ts';
import { checkSidecars } from '../sidecars/sidecarRights.ts';
import { setupContext } from './setupContext.ts';
import { interruptedAfter, within } from './within.ts';

/** What every plugin's setup gets of its surroundings. */
export interface Surroundings {
  /** Holds the services; each plugin's container is a child of it. */
  readonly container: Container;
  readonly locate: Locate;
  readonly timeoutMs: number;
  /** The plugins whose services it can inject. */
  readonly candidates: readonly Candidate[];
  /** Mistakes in options are errors even where the plugin could do without that part of them. */
  readonly isStrict?: boolean | undefined;
}

/**
 * Runs the setup of a checked plugin in a container of its own. Its contributions are closed afterwards, also when it
 * has failed or still runs after its deadline.
 */
export async function setUp(slot: PluginSlot, surroundings: Surroundings): Promise<void> {
  const { container, locate, timeoutMs, candidates } = surroundings;
  const { version } = slot;
  // The previous version is set up already.
  if (!version || version.contributions) return;
  const { plugin } = version;
  const isLenient = !surroundings.isStrict && !servesSound(slot.previous);
  const options = (version.options = await optionsOf(slot, locate, { isLenient }));
  const { isolation, env, user, limits, grants, timeoutMs: tapTimeoutMs, onError } = slot.wanted;
  version.entry = { isolation, env, user, limits, grants, timeoutMs: tapTimeoutMs, onError };
  version.files = await stateOfOptionFiles(plugin, options);
  slot.keepBreakers();
  const { isShadow = false } = slot.wanted;
  const log = scopedLog(serviceOf(container, Log), {
    plugin: plugin.name,
    ...(isShadow && { shadow: true }),
  });
  version.container = containerWith({ log }, container);
  bindInjected(version, version.container, candidates);
  const isBuiltIn = slot.wanted.builtIn !== undefined;
  version.contributions = new Contributions(plugin.name, {
    isBuiltIn,
    provides: Object.keys(plugin.provides ?? {}),
    contributes: plugin.contributes,
    log,
    programs: {
      state: serviceOf(version.container, Host).state,
      grants: isConfined(slot.wanted) ? (grants?.runtimes ?? {}) : undefined,
    },
  });
  const services = injected(version.container, plugin.inject ?? {});
  const parts = {
    options,
    locate: locateIn(slot, locate),
    services: isShadow ? shadowServices(services, plugin.inject ?? {}, plugin.name) : services,
    log: serviceOf(version.container, Log),
    host: serviceOf(version.container, Host),
    files: serviceOf(version.container, Files),
  };
  const context = setupContext(plugin, parts, version.contributions);
  const guarded = isBuiltIn ? within : interruptedAfter;
  try {
    await guarded(timeoutMs, `setup of plugin ${plugin.name}`, async () => plugin.setup(context));
    version.contributions.requireProvided();
    checkSidecars(plugin.name, version.contributions.of('sidecar'), slot.wanted);
    bindProvided(version, version.container);
  } catch (error) {
    throw setupFailed(error, plugin.name);
  } finally {
    version.contributions.seal();
  }
}

/**
 * Binds the services of other plugins that a plugin injects.
 * @throws PCH_SERVICE_MISSING, PCH_SERVICE_VERSION
 */
function bindInjected(version: PluginVersion, container: Container, candidates: readonly Candidate[]): void {
  for (const need of needsOf(version.plugin)) {
    const { token, isOptional } = need;
    const isBound = container.isBound(token);
    const error = unmet(version.plugin.name, need, candidates, isBound);
    if (error) throw error;
    const provider = isBound ? undefined : providerOf(need, candidates);
    if (!provider?.active || !provider.version?.container) continue;
    container.bind(token).toConstantValue(serviceOf(provider.version.container, token));
    version.useServiceOf(provider.version, { isOptional });
  }
}

function bindProvided({ plugin, contributions }: PluginVersion, container: Container): void {
  for (const [name, token] of Object.entries(plugin.provides ?? {})) {
    const service = attributedService(contributions!.provided.get(name)!, token, plugin.name);
    container.bind(token).toConstantValue(service);
  }
}

/** Whether a version serves that a reload would better keep than to lose one of its profiles. */
function servesSound(previous: PluginVersion | undefined): boolean {
  return (
    previous?.isUsed === true &&
    !previous.contributions?.profiles.some(({ problem }) => problem !== undefined)
  );
}

/** The checked options of a slot with a plugin. @throws PCH_PLUGIN_OPTIONS, PCH_PLUGIN_INVALID */
export async function optionsOf(
  { version, wanted }: PluginSlot,
  locate: Locate,
  how: OptionsCheck = { isLenient: false },
): Promise<unknown> {
  if (!version) return undefined;
  const { plugin } = version;
  const check = wanted.builtIn ? checkBuiltInOptions : checkOptions;
  const options = check(plugin, wanted.options, locateIn({ wanted }, locate));
  // Of a plugin with a process of its own it takes a while.
  await (plugin.check?.(options, locateIn({ wanted }, locate), how) as void | Promise<void>);
  return options;
}

/** Of a pointer into the options of a plugin, some of which may be sections of the configuration. */
function locateIn({ wanted }: Pick<PluginSlot, 'wanted'>, locate: Locate): Locate {
  const { pointer: entry = '', sections = [] } = wanted;
  return (pointer) =>
    locate(sections.includes(pointer.split('/')[1] ?? '') ? pointer : `${entry}/options${pointer}`);
}

function setupFailed(error: unknown, plugin: string): PouchError {
  if (error instanceof PouchError) return attribute(error, { plugin });
  const message = `setup of plugin ${plugin} failed: ${messageOf(error)}`;
  const hint = (error as { code?: unknown } | undefined)?.code === 'EADDRINUSE' ? bindInStart : undefined;
  return new PouchError('PCH_PLUGIN_LOAD', message, { plugin, cause: error, ...(hint && { hint }) });
}

const bindInStart =
  'bind it in the `start` of a surface: at a reload the previous version holds it while the next one is set up';
