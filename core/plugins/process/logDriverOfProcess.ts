import type { LogBatch, LogDriver, LoggedContainer } from '../../../hooks/contributions/logDriver.ts';
import type { DeclaredLogDriver, LogAction, LogDriverRequest } from '../../../hooks/processProtocol.ts';
import { logDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

/** A log driver whose functions are in the process of its plugin. */
export function logDriverOfProcess(
  { check, write, ...declared }: DeclaredLogDriver,
  calls: PluginCalls,
): LogDriver {
  const call = async (
    action: LogAction,
    given: Pick<LogDriverRequest, 'container' | 'lines'>,
    signal: AbortSignal,
  ): Promise<void> => {
    const timeoutMs = logDeadlineMs(declared, action);
    const { name: driver } = declared;
    const request = { type: 'logs', driver, action, deadlineMs: timeoutMs, ...given } as const;
    // The next attempt writes them again: a successor of the process need not.
    accepted(await calls.call(request, { timeoutMs, signal, isOnce: true }));
  };
  return {
    ...declared,
    ...(check && { check: (container: LoggedContainer, { signal }) => call('check', { container }, signal) }),
    ...(write && {
      write: ({ container, lines }: LogBatch, { signal }) =>
        call('write', { container, lines: [...lines] }, signal),
    }),
  };
}
