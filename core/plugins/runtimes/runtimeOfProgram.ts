import { join } from 'node:path';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { kept } from '../../../hooks/kept.ts';
import type { RuntimeProvider, RuntimeState } from '../../../hooks/runtime.ts';
import { allFeaturesBut } from '../../../hooks/runtimeFeatures.ts';
import type { ProgramContext, RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { notUsable, runcLikeProvider } from '../../../hooks/runtimes/runcLike.ts';
import { shimLikeProvider } from '../../../hooks/runtimes/shimLike.ts';
import { clone } from '../draft/clone.ts';
import { diff } from '../draft/diff.ts';
import { frozenCopy } from '../draft/frozenCopy.ts';
import { callWithin } from '../run/callWithin.ts';
import { checkAdapted } from './checkAdapted.ts';
import { checkReport } from './checkReport.ts';
import { grantedRuntime, requireConfig, type RuntimeGrants } from './grantedRuntime.ts';
import { problemOfFile, programFile } from './programFile.ts';

/** What runtimes of a plugin have of their surroundings. */
export interface ProgramRights {
  /** The daemon's state folder. */
  readonly state: string;
  /** `grants.runtimes` of a confined plugin; missing: it has the rights of pouchd. */
  readonly grants?: RuntimeGrants | undefined;
}

/** Milliseconds of a probe, which `pouch runtime ls` waits for, and of a call for a plan or a start. */
export const programDeadlineMs = { probe: 2_000, options: 5_000, adaptSpec: 5_000 };

const unknown = 'the plugin does not provide it';

/**
 * A runtime of a program that a plugin names. pouchd finds, checks and starts it; the functions of the plugin have
 * deadlines.
 * @throws PCH_PLUGIN_RIGHTS
 */
export function runtimeOfProgram(
  program: RuntimeProgram,
  plugin: string,
  { state, grants }: ProgramRights,
): RuntimeProvider {
  const granted = grants && grantedRuntime(plugin, program, grants);
  const call = async <T>(
    action: keyof typeof programDeadlineMs,
    run: (context: ProgramContext) => T | Promise<T>,
  ): Promise<T> =>
    await callWithin(
      { plugin, what: `${action} of the runtime ${program.name}`, ms: programDeadlineMs[action] },
      async (signal) => await run({ signal }),
    );
  const configOf = async (draft: ContainerDraft): Promise<string | undefined> => {
    const chosen =
      program.options && (await call('options', (context) => program.options!(frozenCopy(draft), context)));
    const { config = program.config } = checkOptions(chosen, plugin);
    if (config === undefined) return undefined;
    if (granted) requireConfig(plugin, program, { granted, config });
    requireSafe(program, config);
    return config;
  };
  const base = baseOf(program, { state, configOf });
  const probe = kept(() => probed(program, base, call), { when: ({ usable }) => usable });
  return {
    ...base,
    ...(program.isolation && { isolation: program.isolation }),
    probe,
    async options(draft) {
      const file = await programFile(program);
      if (file !== undefined) requireSafe(program, file);
      return await base.options(draft);
    },
    ...(program.adaptSpec && {
      async adaptSpec(draft: ContainerDraft) {
        const own = clone(draft);
        const warnings = await call('adaptSpec', async (context) =>
          checkWarnings(await program.adaptSpec!(own, context)),
        );
        const changes = diff(draft, own);
        if (granted) checkAdapted(changes, own, { plugin, name: program.name, granted });
        const fields = new Set(changes.map(({ path }) => path[0]));
        for (const field of fields) Object.assign(draft, { [field!]: own[field as keyof ContainerDraft] });
        return warnings;
      },
    }),
  };
}

interface BaseParts extends Pick<ProgramRights, 'state'> {
  configOf(draft: ContainerDraft): Promise<string | undefined>;
}

function baseOf(program: RuntimeProgram, { state, configOf }: BaseParts): RuntimeProvider {
  const { name, aliases = [], doc = '', binary = '', shim, typeUrl, lacks } = program;
  const capabilities = allFeaturesBut({
    sharedMachine: unknown,
    ...(shim !== undefined && { checkpoint: unknown, rdt: unknown }),
    ...lacks,
  });
  const own = { name, aliases, doc, capabilities };
  if (shim !== undefined) return shimLikeProvider({ ...own, shim, typeUrl, configOf });
  // Not beside folders of pouchd: the plugin has chosen the name.
  return runcLikeProvider({
    ...own,
    binary,
    state: join(state, 'runtimes'),
    survey: () => Promise.resolve({}),
  });
}

/** One whose plugin fails is not usable: a list of runtimes shows why. */
async function probed(
  program: RuntimeProgram,
  base: RuntimeProvider,
  call: <T>(action: 'probe', run: (context: ProgramContext) => T | Promise<T>) => Promise<T>,
): Promise<RuntimeState> {
  const path = (await programFile(program)) ?? '';
  const unsafe = path === '' ? undefined : problemOfFile(path);
  if (unsafe !== undefined) return { usable: false, path, version: '', problem: unsafe };
  const found = await base.probe({ again: true });
  if (!found.usable || !program.probe) return found;
  const { version } = found;
  try {
    const report = await call('probe', async (context) =>
      checkReport(await program.probe!({ path, version }, context)),
    );
    return { ...found, ...report, usable: report.problem === undefined };
  } catch (error) {
    const { plugin, message } = error as PouchError;
    return {
      ...found,
      usable: false,
      problem: plugin === undefined ? message : `plugin ${plugin}: ${message}`,
    };
  }
}

/** @throws PCH_RUNTIME_UNUSABLE */
function requireSafe({ name }: RuntimeProgram, path: string): void {
  const problem = problemOfFile(path);
  if (problem !== undefined) throw notUsable(name, problem);
}

/** @throws PCH_PLUGIN_CONTRACT */
function checkOptions(returned: unknown, plugin: string): { config?: string } {
  const { config, ...more } = (returned ?? {}) as { config?: unknown };
  const isPath = typeof config === 'string' && config.startsWith('/') && !config.includes('\0');
  if (typeof (returned ?? {}) === 'object' && Object.keys(more).length === 0 && config === undefined)
    return {};
  if (Object.keys(more).length === 0 && isPath) return { config };
  throw new PouchError('PCH_PLUGIN_CONTRACT', 'the options of a runtime must be { config?: PATH }', {
    plugin,
  });
}

/** @throws PCH_PLUGIN_CONTRACT */
function checkWarnings(returned: unknown): string[] {
  const warnings = (returned ?? []) as unknown[];
  const isValid =
    Array.isArray(warnings) &&
    warnings.length <= 20 &&
    warnings.every((one) => typeof one === 'string' && one.length <= 1000);
  if (isValid) return warnings as string[];
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    'adaptSpec returned what is not a list of warnings, at most 20 texts of at most 1000 characters',
  );
}
