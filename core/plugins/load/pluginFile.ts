import { extname } from 'node:path';
import type { Jiti } from 'jiti';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { HostedModule } from '../../../hooks/processProtocol.ts';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import { pluginModules } from './pluginModules.ts';
import { within } from './within.ts';

/**
 * Loads a plugin file, TypeScript or JavaScript, from anywhere on the host: its default export. `pouch/hooks` is the
 * running program's own module, so that an error it throws is one of ours.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_DEADLINE
 */
export async function importPluginFile(path: string, timeoutMs: number): Promise<unknown> {
  const safety = new FileSafety(path);
  const file = safety.check(path);
  const check = (loaded: string) => void safety.check(loaded);
  return await importDefault(path, timeoutMs, () => loaded(check, (modules) => modules.import(file)));
}

/**
 * Loads a plugin in a process of its own, whose user may have less rights than pouchd, which has read the file.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD
 */
export async function importModuleText({ path, code, owners }: HostedModule): Promise<unknown> {
  const safety = new FileSafety(path, owners);
  const check = (loaded: string) => {
    if (loaded !== path) safety.check(loaded);
  };
  return await importDefault(path, Infinity, async () => evaluated(code, path, check));
}

/** The text of a plugin file, and a file that only root writes, where it was kept. */
export interface KeptText {
  readonly code: string;
  readonly path: string;
  readonly keptIn: string;
}

/**
 * Loads a plugin from its text, as if it were still in its file. What it imports must be root's.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_DEADLINE
 */
export async function importPluginText(
  { code, path, keptIn }: KeptText,
  timeoutMs: number,
): Promise<unknown> {
  const safety = new FileSafety(keptIn);
  const check = (loaded: string) => {
    if (loaded !== path) safety.check(loaded);
  };
  return await importDefault(path, timeoutMs, async () => evaluated(code, path, check));
}

async function evaluated(code: string, path: string, check: (loaded: string) => void): Promise<unknown> {
  return await loaded(check, async (modules) =>
    modules.evalModule(code, { filename: path, ext: extname(path), async: true }),
  );
}

/** A module that is imported and awaits at its top level is known to Babel only. */
async function loaded(
  check: (loaded: string) => void,
  load: (modules: Jiti) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await load(pluginModules(check));
  } catch (error) {
    if (!(error instanceof Error) || !/\bawait\b/.test(error.message)) throw error;
    return await load(pluginModules(check, { byBabel: true }));
  }
}

async function importDefault(
  path: string,
  timeoutMs: number,
  load: () => Promise<unknown>,
): Promise<unknown> {
  return await within(timeoutMs, `loading ${path}`, async () => {
    const module = await importModule(path, load);
    return typeof module === 'object' && module !== null ? defaultOf(module) : undefined;
  });
}

/** CommonJS has its exports in the place of a default. */
function defaultOf(module: object): unknown {
  return '__esModule' in module || 'default' in module ? (module as { default?: unknown }).default : module;
}

async function importModule(path: string, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof PouchError) throw error;
    throw new PouchError(
      'PCH_PLUGIN_LOAD',
      `plugin file ${path} cannot be loaded: ${oneLine(messageOf(error))}`,
      {
        hint: isDenied(error)
          ? 'what a plugin imports must be readable by the user that it runs as: chmod o+r for files, o+rx for directories above them; or name a `user` or `isolation: in-process` in its entry'
          : 'run it through a TypeScript compiler; imports must be relative, of `pouch/hooks`, or in a node_modules above it; files outside of its folder are paths to grant',
        cause: error,
      },
    );
  }
}

function isDenied(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'EACCES' || /\bEACCES\b/.test(messageOf(error));
}

/** Parsers put the place on a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
