import type { NetworkDriver, NetworkEffects } from '../../../hooks/contributions/networkDriver.ts';
import type {
  DeclaredNetworkDriver,
  NetworkAction,
  NetworkDriverRequest,
} from '../../../hooks/processProtocol.ts';
import { networkDriverDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

type Given = Pick<NetworkDriverRequest, 'network' | 'attachment'>;

/** A network driver whose functions are in the process of its plugin. */
export function networkDriverOfProcess(
  { check, attach, ...declared }: DeclaredNetworkDriver,
  calls: PluginCalls,
): NetworkDriver {
  const call = async (action: NetworkAction, given: Given, signal: AbortSignal): Promise<unknown> => {
    const timeoutMs = networkDriverDeadlineMs;
    const request = {
      type: 'network',
      driver: declared.name,
      action,
      deadlineMs: timeoutMs,
      ...given,
    } as const;
    return accepted(await calls.call(request, { timeoutMs, signal })).result;
  };
  return {
    ...declared,
    ...(check && { check: async (network, { signal }) => void (await call('check', { network }, signal)) }),
    ...(attach && {
      attach: async (attachment, { signal }) =>
        (await call('attach', { attachment }, signal)) as NetworkEffects,
    }),
  };
}
