import { readFile } from 'node:fs/promises';
import { parseRecording } from '../core/replay/recording.ts';
import { replayRecording } from '../core/replay/replayRecording.ts';
import type { Plugin } from '../hooks/definePlugin.ts';
import type { Replay } from '../hooks/replay.ts';
import { builtIns } from '../plugins/builtIns.ts';
import { TestLog } from './TestLog.ts';

/**
 * Plans a container again from a file of `pouch record`, and compares the plan with the recorded one. Needs no root, no
 * containerd and no Linux.
 *
 * @param plugins take the places of the recorded plugins of their names, with the recorded options; others are added
 * @throws PCH_RECORDING_INVALID; PCH_RECORDING_LACKS; PCH_NOT_FOUND for a recorded plugin that is missing; or what the
 *   planner throws
 */
export async function replay(file: string, plugins: readonly Plugin[] = []): Promise<Replay> {
  const recording = parseRecording(await readFile(file, 'utf8'), file);
  return await replayRecording(recording, { builtIns, plugins, log: new TestLog() });
}
