import type { StopOptions } from '../../client/index.ts';
import { parseInteger } from '../parse/number.ts';
import type { PouchCommand } from '../PouchCommand.ts';

export interface StopFlags {
  time?: string;
  timeout?: string;
  signal?: string;
}

/** The options of stop and restart. */
export function addStopOptions(command: PouchCommand): PouchCommand {
  return command
    .argument('<container...>', 'names or ids')
    .option('-t, --time <seconds>', 'between the stop signal and SIGKILL; -1 waits without end')
    .option('--timeout <seconds>', 'same as --time')
    .option('-s, --signal <signal>', "instead of the container's stop signal");
}

/** @throws PCH_OPTION_INVALID */
export function stopOptions({ time, timeout, signal }: StopFlags): StopOptions {
  const seconds = timeout ?? time;
  return {
    ...(seconds !== undefined && { timeoutSeconds: parseInteger('-t, --time', seconds, { minimum: -1 }) }),
    ...(signal !== undefined && { signal }),
  };
}
