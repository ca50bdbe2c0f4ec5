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

/** The recorded entries. Those of files are entries of the plugins that were given for them. */
function entriesOf({ config, plugins: recorded }: Recording, given: readonly Plugin[]): PluginEntry[] {
  return config.plugins.flatMap((recordedEntry): PluginEntry[] => {
    const { path, shadow = false, ...entry } = recordedEntry;
    if (path === undefined) return [recordedEntry];
    // One that was promoted is among the plugins.
    if (shadow && !recorded.some(({ source }) => source === path)) return [];
    const { name, state } = recorded.find(({ source }) => source === path) ?? { name: path, state: 'active' };
    if (given.some((plugin) => plugin.name === name)) return [{ ...entry, name }];
    if (state !== 'active') return [];
    throw new PouchError('PCH_NOT_FOUND', `the plan was recorded with plugin ${name} (${path})`, {
      hint: 'replay the recording with that plugin',
      plugin: name,
    });
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
