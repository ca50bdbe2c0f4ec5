import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type ContainerMoment, PouchError, type TapContext } from '../../hooks/index.ts';
import { checkProgram } from './checkProgram.ts';
import { environment } from './environment.ts';
import { addToHistory, readHistory } from './history.ts';
import { markRun } from './marks.ts';
import type { Script } from './options.ts';
import { runScript, type ScriptEnd } from './runScript.ts';
import type { Stage } from './stage.ts';

/** Characters of the output in an error. */
const longestEnd = 400;

export interface StageScript {
  stage: Stage;
  script: Script;
  /** Directory of the marks of scripts that run. */
  marks: string;
}

/**
 * Runs a script for a container and keeps its output.
 * @throws PCH_SCRIPT_FAILED, PCH_PLUGIN_UNSAFE
 */
export async function callScript(
  { stage, script, marks }: StageScript,
  moment: ContainerMoment,
  { signal, log }: Pick<TapContext, 'signal' | 'log'>,
): Promise<void> {
  const { container } = moment;
  const { directory } = container.paths;
  const { path, args } = script;
  const startedAt = stage === 'poststop' ? { startedAt: container.state.startedAt } : {};
  if (hasRun(directory, script, startedAt.startedAt)) return;
  const began = performance.now();
  const now = { at: new Date().toISOString(), stage, path, args };
  const keep = (end: ScriptEnd) => {
    const ms = Math.round(performance.now() - began);
    log.info('a script has ended', {
      stage,
      path,
      ms,
      ...(end.failure !== undefined && { failure: end.failure }),
    });
    addToHistory(directory, { ...now, ms, ...end, ...startedAt }, log);
  };
  let program: string;
  try {
    program = checkProgram(path);
  } catch (error) {
    keep({ failure: (error as Error).message, output: '', outputLeftOut: 0 });
    throw error;
  }
  const run = randomUUID();
  const unmark = markRun(marks, run, { directory, ...now });
  try {
    const deadlineMs = script.deadline * 1000;
    const end = await runScript({ program, args, env: environment(stage, moment), run, deadlineMs, signal });
    keep(end);
    if (end.failure !== undefined) throw failed(stage, path, container.name, end.failure, end.output);
  } finally {
    unmark();
  }
}

/** A pouchd that was killed right after the end of the script repeats the call. */
function hasRun(directory: string, { path, args }: Script, startedAt: string | undefined): boolean {
  if (startedAt === undefined) return false;
  return readHistory(directory).some(
    (run) => run.startedAt === startedAt && run.path === path && isDeepStrictEqual(run.args, args),
  );
}

function failed(stage: Stage, path: string, name: string, failure: string, output: string): PouchError {
  const end = output.trim().slice(-longestEnd);
  const wrote = end === '' ? 'it wrote nothing' : `the end of its output: ${end}`;
  return new PouchError(
    'PCH_SCRIPT_FAILED',
    `the ${stage} script ${path} of ${name} failed: ${failure}; ${wrote}`,
    { hint: `pouch scripts ${name} prints what it wrote` },
  );
}
