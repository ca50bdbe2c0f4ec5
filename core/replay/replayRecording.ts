import { isAbsolute } from 'node:path';
import type { LoadedConfig } from '../../config/index.ts';
import type { PluginEntry, PouchConfig } from '../../config/types.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Plugin } from '../../hooks/definePlugin.ts';
import { type Engine, engineServices } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { FileAccess } from '../../hooks/files.ts';
import type { Replay } from '../../hooks/replay.ts';
import { Planner } from '../plan/Planner.ts';
import { shownPlan } from '../plan/shownPlan.ts';
import { pluginConfig } from '../pluginConfig.ts';
import { containerWith, type Generation, loadPlugins } from '../plugins/index.ts';
import { Secrets } from '../secrets/Secrets.ts';
import { systemClock } from '../systemClock.ts';
import { comparePlans } from './comparePlans.ts';
import { replayFacts, replayRuntimes } from './facts.ts';
import type { Recording } from './recording.ts';
import { changedScripts } from './scripts.ts';
import { ReplayingTape } from './Tape.ts';

export interface ReplayOptions {
  readonly builtIns: readonly Plugin[];
  /** Take the places of the recorded plugins of their names, with the options of these; others are added. */
  readonly plugins: readonly Plugin[];
  readonly log: Logger;
}

/**
 * Plans a recorded container again, without its host, and compares the two plans.
 * @throws PouchError, such as PCH_RECORDING_LACKS, or what the planner throws
 */
export async function replayRecording(recording: Recording, options: ReplayOptions): Promise<Replay> {
  const { config, container, request } = recording;
  const secrets = new Secrets(() => config.secrets.names);
  const generation = await loaded(recording, options);
  try {
    const tape = new ReplayingTape(recording.facts);
    const planner = new Planner(replayFacts(tape, { config, secrets, log: options.log }));
    const runtimes = replayRuntimes(generation.runtimes, tape);
    const planned = await planner.plan(container, request, { ...generation, runtimes }, { isShown: true });
    const plan = shownPlan(planned, secrets);
    const scripts = await changedScripts(recording);
    return { plan, differences: comparePlans(recording.plan, plan), scripts };
  } finally {
    await generation.dispose();
  }
}

/** @throws the reason if a plugin does not load that was active */
async function loaded(recording: Recording, { builtIns, plugins, log }: ReplayOptions): Promise<Generation> {
  const { config, host } = recording;
  const generation = await loadPlugins({
    number: 1,
    builtIns: [...builtIns.filter(({ name }) => !plugins.some((own) => own.name === name)), ...plugins],
    entries: entriesOf(recording, plugins),
    container: containerWith({
      clock: systemClock,
      log,
      host,
      config: pluginConfig(recordedConfig(config)),
      files: notRecorded<FileAccess>('files'),
      ...engine(),
    }),
  });
  const broken = generation.plugins.find(
    ({ name, state }) => state === 'quarantined' && isActive(recording, name),
  );
  if (!broken) return generation;
  await generation.dispose();
  throw new PouchError('PCH_PLUGIN_INVALID', `plugin ${broken.name} does not load: ${broken.error}`, {
    plugin: broken.name,
  });
}

/** What was quarantined when the plan was recorded may be so again. */
function isActive(recording: Recording, name: string): boolean {
  const recorded = recording.plugins.find((plugin) => plugin.name === name);
  return recorded === undefined || recorded.state === 'active';
}

/**
 * The recorded entries, by name. Files and installed plugins are not recorded: their entries are of the plugins that
 * were given for them.
 * @throws PCH_NOT_FOUND if one is missing that was active
 */
function entriesOf({ config, plugins }: Recording, given: readonly Plugin[]): PluginEntry[] {
  const isGiven = (name: string) => given.some((plugin) => plugin.name === name);
  const foreign = plugins.filter(({ source }) => isAbsolute(source));
  const missing = foreign.filter(({ name, state }) => state === 'active' && !isGiven(name));
  if (missing.length > 0) throw notGiven(missing);
  const entries = config.plugins.flatMap(({ path, ...entry }): PluginEntry[] => {
    // Of a file that is not among the plugins, a shadow is the entry.
    const named = path === undefined ? entry : foreign.find(({ source }) => source === path);
    if (named?.name === undefined) return [];
    const { name } = named;
    return isGiven(name) || !foreign.some((plugin) => plugin.name === name) ? [ofReplay(name, entry)] : [];
  });
  // Installed plugins need no entry. They come after those that have one.
  const others = foreign.filter(({ name }) => isGiven(name) && !entries.some((own) => own.name === name));
  return [...entries, ...others.map(({ name }) => ({ name, enabled: true, options: {} }))];
}

/** What an entry says about the process of its plugin, such as grants, does not hold here: it runs as the caller. */
function ofReplay(name: string, { enabled, options, timeout, onError }: PluginEntry): PluginEntry {
  return {
    name,
    enabled,
    options,
    ...(timeout !== undefined && { timeout }),
    ...(onError !== undefined && { onError }),
  };
}

type RecordedPlugin = Recording['plugins'][number];

function notGiven(missing: readonly RecordedPlugin[]): PouchError {
  const names = missing.map(({ name, source }) => `${name} (${source})`);
  return new PouchError('PCH_NOT_FOUND', `the plan was recorded with plugin ${names.join(' and ')}`, {
    hint: 'give each of them to the replay: a recording does not hold the code of plugins',
    plugin: missing[0]!.name,
  });
}

function recordedConfig(config: PouchConfig): Pick<LoadedConfig, 'config' | 'originOf'> {
  return { config, originOf: () => ({ kind: 'default' }) };
}

function engine(): Engine {
  const services = Object.keys(engineServices).map((name) => [name, notRecorded(name)]);
  return Object.fromEntries(services) as Engine;
}

/** A service that a plan must not depend on: what plugins ask of it while they plan is not recorded. */
function notRecorded<Service extends object>(name: string): Service {
  return new Proxy({} as Service, {
    get(_target, key) {
      // A service that had `then` would be taken for a promise.
      if (typeof key === 'symbol' || key === 'then') return undefined;
      return () => {
        throw new PouchError('PCH_RECORDING_LACKS', `a plugin calls ${name}.${key}, which is not recorded`, {
          hint: 'a plan depends on its draft and on host facts; look at the host in an effect or an apply hook',
        });
      };
    },
  });
}
