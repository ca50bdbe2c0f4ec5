import { access, constants, readFile } from 'node:fs/promises';
import { moduleFile } from '../../../config/formats/pluginList.ts';
import type { PluginGrants, PluginLimits } from '../../../config/types.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { contributedLists, type ProcessManifest } from '../../../hooks/processProtocol.ts';
import { FileSafety, ownUsers } from '../../../hooks/FileSafety.ts';
import { silent } from '../run/silentLog.ts';
import { unprivilegedUser } from './launch.ts';
import type { Confinement } from './places.ts';
import { type CallSettings, PluginCalls } from './PluginCalls.ts';
import { pluginOfProcess, type ProcessSource } from './pluginOfProcess.ts';
import { protocolError } from './readMessage.ts';
import type { PluginRights } from './serviceCalls.ts';
import { requireRights } from './requireRights.ts';
import { requireServices, serviceRights } from './serviceRights.ts';
import type { Masker } from './secretValues.ts';

/** The entry of a plugin with a process of its own. */
export interface ProcessEntry {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly limits?: PluginLimits | undefined;
  readonly grants?: PluginGrants | undefined;
  /** It gives way to all other processes. */
  readonly isBackground?: boolean | undefined;
}

/** What is the same for all of them. */
export interface ProcessSurroundings {
  /** argv of the program that hosts modules. */
  readonly hostCommand?: readonly string[] | undefined;
  readonly cgroupParent?: string | undefined;
  /** `none`: executables have the rights of this process. Missing: none can be started. */
  readonly confinement?: Confinement | 'none' | undefined;
  /** Masks what a plugin without `grants.secrets` reads. */
  readonly secrets?: Masker | undefined;
  /** Milliseconds for each of describe, setup and onDispose. */
  readonly timeoutMs: number;
}

/** A plugin whose code is in another process. */
export interface DescribedPlugin {
  readonly plugin: Plugin;
  /** Text of its file, if it is a module. */
  readonly code?: string;
  /** Ends a process that was not set up, and then nothing else does. */
  end(): Promise<void>;
  /** Whether its process, once it is set up, can take calls at once. */
  isRunning(): boolean;
}

/** Whether a plugin file is a program of its own, and not a module. */
export function isExecutablePlugin(path: string): boolean {
  return !moduleFile.test(path);
}

/**
 * Starts the process of a plugin, which describes it. That of an executable ends then, and starts again in the setup of
 * the plugin.
 * @param kept text of a module whose file may be gone; what it imports must be root's
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_PLUGIN_PROCESS, PCH_PLUGIN_PROTOCOL, PCH_PLUGIN_RIGHTS,
 *   PCH_DEADLINE
 */
export async function describePlugin(
  entry: ProcessEntry,
  surroundings: ProcessSurroundings,
  kept?: string,
): Promise<DescribedPlugin> {
  try {
    return isExecutablePlugin(entry.path)
      ? await describeExecutable(entry, surroundings)
      : await describeModule(entry, surroundings, kept);
  } catch (error) {
    throw cannotBeUsed(entry.path, error);
  }
}

async function describeExecutable(
  entry: ProcessEntry,
  surroundings: ProcessSurroundings,
): Promise<DescribedPlugin> {
  const path = new FileSafety(entry.path).check(entry.path);
  await requireExecutable(path);
  const { settings, rights } = settingsOf({ ...entry, path }, surroundings);
  const use: ProcessSource['use'] = async (request) => {
    const calls = new PluginCalls(settings, silent);
    await request(calls).finally(() => calls.end());
  };
  let manifest: ProcessManifest | undefined;
  await use(async (calls) => {
    manifest = await manifestOf(calls, entry, rights);
  });
  let serving: PluginCalls | undefined;
  const open: ProcessSource['open'] = (log) => (serving = new PluginCalls(settings, log));
  const plugin = pluginOfProcess(manifest!, rights, { use, open });
  return { plugin, end: () => Promise.resolve(), isRunning: () => serving?.isRunning === true };
}

async function describeModule(
  entry: ProcessEntry,
  surroundings: ProcessSurroundings,
  kept: string | undefined,
): Promise<DescribedPlugin> {
  const { hostCommand } = surroundings;
  if (!hostCommand) throw new Error('no program hosts modules here');
  const { code, owners } =
    kept === undefined ? await readModule(entry.path) : { code: kept, owners: ownUsers() };
  const { settings, rights } = settingsOf(entry, surroundings);
  const module = { path: entry.path, code, owners };
  const calls = new PluginCalls({ ...settings, hostCommand, module }, silent);
  try {
    const source = {
      open: () => calls,
      use: (request: (own: PluginCalls) => Promise<void>) => request(calls),
    };
    const plugin = pluginOfProcess(await manifestOf(calls, entry, rights), rights, source);
    return { plugin, code, end: () => calls.end(), isRunning: () => calls.isRunning };
  } catch (error) {
    await calls.end();
    throw error;
  }
}

/** pouchd reads it: its user need not be able to. */
async function readModule(path: string): Promise<{ code: string; owners: number[] }> {
  const safety = new FileSafety(path);
  return { code: await readFile(safety.check(path), 'utf8'), owners: safety.owners };
}

function settingsOf(
  { path, env = {}, user = unprivilegedUser, limits = {}, grants = {}, isBackground }: ProcessEntry,
  { cgroupParent, timeoutMs, secrets, confinement: program }: ProcessSurroundings,
): { settings: CallSettings; rights: PluginRights } {
  if (!program) throw new Error('no program confines plugins here');
  const confinement = program === 'none' ? undefined : program;
  const settings = { path, env, user, limits, grants, isBackground, cgroupParent, timeoutMs, confinement };
  // It has the rights of this process, and services too: nothing grants them here.
  const services = program === 'none' ? undefined : serviceRights(user, grants);
  const rights = { secrets: grants.secrets ? undefined : secrets, services };
  return { settings, rights };
}

/** @throws PCH_PLUGIN_LOAD */
export async function requireExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new PouchError('PCH_PLUGIN_LOAD', `plugin file ${path} is not executable`, {
      hint: `chmod +x ${path}; the name of a module ends in .ts or .js`,
      cause,
    });
  });
}

async function manifestOf(
  calls: PluginCalls,
  { grants = {} }: ProcessEntry,
  { services }: PluginRights,
): Promise<ProcessManifest> {
  const { manifest } = await calls.describe();
  if (!manifest) throw protocolError('the reply to `describe` has no `manifest`');
  const isEmpty = contributedLists.every((name) => (manifest[name] ?? []).length === 0);
  if (!manifest.setup && isEmpty) {
    const names = contributedLists.map((name) => `\`${name}\``);
    throw protocolError(`its manifest has none of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
  }
  // Without confinement it has them all.
  if (services) requireRights(manifest, grants);
  requireServices(manifest, services);
  checkProvided(manifest);
  return manifest;
}

/** The name of a service says which plugin provides it. @throws PCH_PLUGIN_INVALID */
function checkProvided({ name, setup, provides = [] }: ProcessManifest): void {
  for (const { service, methods, deadlinesMs = {} } of provides) {
    const unknown = methods && Object.keys(deadlinesMs).find((method) => !methods.includes(method));
    if (unknown !== undefined)
      throw new PouchError(
        'PCH_PLUGIN_INVALID',
        `plugin ${name} gives a deadline to ${service}.${unknown.slice(0, 100)}, which it does not provide`,
        { plugin: name, hint: 'list the method in `methods`' },
      );
    const isNamed = service.startsWith(`${name}.`) && /^[a-z0-9.-]{1,127}$/i.test(service);
    if (isNamed && (setup || methods)) continue;
    const problem = isNamed
      ? `provides ${service} without \`methods\``
      : `provides ${JSON.stringify(service.slice(0, 127))}, expected a name such as ${name}.users`;
    throw new PouchError('PCH_PLUGIN_INVALID', `plugin ${name} ${problem}`, {
      plugin: name,
      hint: 'the name of a service begins with that of its plugin; docs/guides/plugins.md#services-of-plugins has an example',
    });
  }
}

function cannotBeUsed(path: string, error: unknown): PouchError {
  const { code = 'PCH_PLUGIN_LOAD', hint, plugin } = error instanceof PouchError ? error : {};
  const message = messageOf(error);
  return new PouchError(
    code,
    message.includes(path) ? message : `plugin file ${path} cannot be used: ${message}`,
    {
      cause: error,
      ...(hint !== undefined && { hint }),
      ...(plugin !== undefined && { plugin }),
    },
  );
}
