import type { StopOptions } from '../../client/index.ts';
import { parseInteger } from '../../client/options/number.ts';
import type { PouchCommand } from '../PouchCommand.ts';

export interface StopFlags {
  time?: string;
  timeout?: string;
  signal?: string;
}

/** The options of stop and restart. */
export function addStopOptions(command: PouchCommand): PouchCommand {
  return addTimeOptions(command).option('-s, --signal <signal>', 'Signal to send to the container');
}

/** The options of reboot and poweroff: how their init ends it, they do not say. */
export function addTimeOptions(command: PouchCommand): PouchCommand {
  return command
    .argument('<container...>', 'Names or IDs')
    .option('-t, --time <seconds>', 'Seconds to wait before killing the container; -1 waits indefinitely')
    .option('--timeout <seconds>', 'Same as --time');
}

/** @throws PCH_OPTION_INVALID */
export function stopOptions({ time, timeout, signal }: StopFlags): StopOptions {
  const seconds = timeout ?? time;
  return {
    ...(seconds !== undefined && { timeoutSeconds: parseInteger('-t, --time', seconds, { minimum: -1 }) }),
    ...(signal !== undefined && { signal }),
  };
}
