import { access, constants } from 'node:fs/promises';
import { moduleFile } from '../../../config/formats/pluginList.ts';
import type { PluginLimits } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import {
  callableMethods,
  type CallableService,
  type ProcessManifest,
  processProtocol,
} from '../../../hooks/processProtocol.ts';
import { services as tokens } from '../../../hooks/services.ts';
import { version } from '../../version.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { FileSafety } from '../load/FileSafety.ts';
import { hookPoint, tappable } from '../load/tappableHooks.ts';
import { lateBy } from '../load/within.ts';
import { type LaunchSettings, unprivilegedUser } from './launch.ts';
import { type CallOptions, PluginCalls } from './PluginCalls.ts';
import { protocolError } from './readMessage.ts';
import { tapOfProcess } from './tapOfProcess.ts';

/** The entry of a plugin that is an executable. */
export interface ProcessEntry {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly limits?: PluginLimits | undefined;
  readonly cgroupParent?: string | undefined;
}

/** Whether a plugin file is a program of its own, and not a module that pouchd loads. */
export function isExecutablePlugin(path: string): boolean {
  return !moduleFile.test(path);
}

/**
 * Starts an executable, which describes its plugin and ends. The plugin that is returned starts it again in its setup.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_PLUGIN_PROCESS, PCH_PLUGIN_PROTOCOL, PCH_DEADLINE
 */
export async function describePlugin(entry: ProcessEntry, timeoutMs: number): Promise<Plugin> {
  const { env = {}, user = unprivilegedUser, limits = {}, cgroupParent } = entry;
  const path = new FileSafety(entry.path).check(entry.path);
  await requireExecutable(path);
  const settings = { path, env, user, limits, cgroupParent };
  try {
    return pluginOf(await manifestOf(settings, timeoutMs), settings);
  } catch (error) {
    throw cannotBeDescribed(entry.path, error);
  }
}

/** @throws PCH_PLUGIN_LOAD */
export async function requireExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new PouchError('PCH_PLUGIN_LOAD', `plugin file ${path} is not executable`, {
      hint: `chmod +x ${path}; the name of a module that pouchd loads ends in .ts or .js`,
      cause,
    });
  });
}

async function manifestOf(settings: LaunchSettings, ms: number): Promise<ProcessManifest> {
  const calls = new PluginCalls(settings, silent);
  try {
    const { manifest, error } = await withDeadline({ ms, late: () => lateBy(ms, 'describe') }, (signal) =>
      calls.describe(version, processProtocol, { signal, timeoutMs: ms, methods: {} }),
    );
    if (manifest) return manifest;
    throw protocolError(error?.message ?? 'the reply to `describe` has no `manifest`');
  } finally {
    await calls.end();
  }
}

/** Its errors have what it wrote to stderr. */
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function pluginOf(manifest: ProcessManifest, settings: LaunchSettings): Plugin {
  const { protocol: _protocol, hooks: taps, inject = [], ...rest } = manifest;
  return {
    ...rest,
    hooks: [...new Set(taps.map(({ point }) => point))],
    inject: Object.fromEntries(inject.map((name) => [name, tokens[name]])),
    setup({ hooks, options, log, services, onDispose }) {
      const methods = methodsOfServices(services);
      const calls = new PluginCalls(settings, log);
      onDispose(() => void calls.end());
      for (const declared of taps) {
        const { point, when, ...tapOptions } = declared;
        const named = { point, when, name: tapOptions.name ?? manifest.name };
        tappable(hooks, point).tap(
          tapOptions,
          tapOfProcess(hookPoint(point, manifest.name), named, { options, methods }, calls),
        );
      }
      calls.start();
    },
  };
}

/** `containers.list` and others, of the services that the manifest injects. */
function methodsOfServices(services: Readonly<Record<string, unknown>>): CallOptions['methods'] {
  const methods = Object.entries(services).flatMap(([name, service]) =>
    callableMethods[name as CallableService].map((method) => {
      const target = service as Record<string, (...args: unknown[]) => unknown>;
      return [`${name}.${method}`, async (...args: unknown[]) => target[method]?.(...args)] as const;
    }),
  );
  return Object.fromEntries(methods);
}

function cannotBeDescribed(path: string, error: unknown): PouchError {
  const { code = 'PCH_PLUGIN_LOAD', hint } = error instanceof PouchError ? error : {};
  return new PouchError(code, `plugin file ${path} cannot be used: ${messageOf(error)}`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}
