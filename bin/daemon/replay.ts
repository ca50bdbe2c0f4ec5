import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckResult } from '../../config/index.ts';
import { pluginAt } from '../../core/plugins/index.ts';
import { parseRecording } from '../../core/replay/recording.ts';
import { replayRecording } from '../../core/replay/replayRecording.ts';
import { PouchError, toPouchError } from '../../hooks/errors.ts';
import { builtIns } from '../../plugins/builtIns.ts';

/** Milliseconds for the load of a plugin. */
const timeoutMs = 10_000;

/** Output and exit code of `--replay`: JSON, for `pouch plugin replay`. */
export async function replay(file: string, paths: readonly string[]): Promise<CheckResult> {
  try {
    const recording = parseRecording(await contentOf(file), file);
    const plugins = await Promise.all(paths.map((path) => pluginAt(resolve(path), timeoutMs)));
    const { differences, scripts } = await replayRecording(recording, { builtIns, plugins, log: silent });
    return {
      exitCode: differences.length === 0 && scripts.length === 0 ? 0 : 1,
      output: `${JSON.stringify({ differences, scripts })}\n`,
    };
  } catch (cause) {
    const { code, message, hint, plugin, hook } = toPouchError(cause);
    const error = { code, message, hint, plugin, hook };
    return { exitCode: 1, output: `${JSON.stringify({ differences: [], error })}\n` };
  }
}

async function contentOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PouchError(
      'PCH_RECORDING_INVALID',
      `the recording ${file} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
