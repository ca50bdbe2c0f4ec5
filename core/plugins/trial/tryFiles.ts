import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { signalGroup } from '../../supervise/signalGroup.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { lateBy } from '../load/within.ts';

export interface TrialOptions {
  /** argv that starts a trial, without the files. */
  readonly command: readonly string[];
  /** Milliseconds for one file. */
  readonly timeoutMs: number;
  /** Ends the trial; the files that it has not reached count as good. */
  readonly signal?: AbortSignal | undefined;
}

/** How many files a trial has loaded, and the error of the next one, if it has not reached the end. */
interface Outcome {
  readonly loaded: number;
  readonly error?: PouchError;
}

/** Of Node: the top level awaits something, and nothing is left that could happen. */
const neverSettles = 13;

/**
 * Loads plugin files in an expendable process, and returns an error for each that ends, crashes or hangs it. One
 * process loads them all, a third of a second and 10 ms per file; after a fault each of the others has a process of
 * its own, side by side, so that several that hang cost two deadlines.
 */
export async function tryFiles(
  paths: readonly string[],
  options: TrialOptions,
): Promise<Map<string, PouchError>> {
  const errors = new Map<string, PouchError>();
  if (paths.length === 0) return errors;
  const { loaded, error } = await runTrial(paths, options);
  if (!error) return errors;
  const suspect = paths[loaded]!;
  // A file that was loaded before may have ended the process; one that hangs is found.
  const isFound = error.code === 'PCH_DEADLINE' || paths.length === 1;
  if (isFound) errors.set(suspect, error);
  const untried = paths.slice(isFound ? loaded + 1 : loaded);
  await Promise.all(
    untried.map(async (path) => {
      const alone = await runTrial([path], options);
      if (alone.error) errors.set(path, alone.error);
    }),
  );
  return errors;
}

function runTrial(
  paths: readonly string[],
  { command, timeoutMs, signal: cancel }: TrialOptions,
): Promise<Outcome> {
  const [executable = '', ...args] = command;
  const child = spawn(executable, [...args, ...paths], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    // A process group: what a file starts ends with it.
    detached: true,
  });
  return new Promise((resolve) => {
    let loaded = 0;
    const finish = (error?: PouchError) => {
      clearTimeout(timer);
      child.removeAllListeners('close');
      stopListening();
      signalGroup(child.pid, 'SIGKILL');
      resolve({ loaded, ...(error && { error }) });
    };
    const late = () => finish(lateBy(timeoutMs, `loading ${paths[loaded]}`));
    let timer = setTimeout(late, timeoutMs);
    const stopListening = onAbort(cancel, () => finish());
    (child.stdio[3] as Readable).on('data', (reports: Buffer) => {
      clearTimeout(timer);
      loaded += reports.length;
      if (loaded < paths.length) timer = setTimeout(late, timeoutMs);
      else finish();
    });
    child.once('error', (error) => finish(notTried(error)));
    child.once('close', (code, signal) => finish(ended(paths[loaded]!, code ?? 0, signal, timeoutMs)));
  });
}

function ended(path: string, code: number, signal: NodeJS.Signals | null, timeoutMs: number): PouchError {
  if (code === neverSettles) return lateBy(timeoutMs, `loading ${path}`);
  return new PouchError(
    'PCH_PLUGIN_LOAD',
    `plugin file ${path} ends the process that loads it (${signal ?? `exit code ${code}`})`,
    { hint: 'throw an error instead of calling process.exit' },
  );
}

function notTried(cause: Error): PouchError {
  return new PouchError('PCH_PLUGIN_LOAD', `no process loads the plugin: ${messageOf(cause)}`, { cause });
}
