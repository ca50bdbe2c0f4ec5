import type {
  DriverVolume,
  VolumeDriver,
  VolumeDriverContext,
  VolumeEffects,
  VolumeStatus,
} from '../../../hooks/contributions/volumeDriver.ts';
import type { DeclaredVolumeDriver, VolumeAction } from '../../../hooks/processProtocol.ts';
import { driverDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

/** A volume driver whose functions are in the process of its plugin. */
export function volumeDriverOfProcess(
  { check, effects, create, remove, status, ...declared }: DeclaredVolumeDriver,
  calls: PluginCalls,
): VolumeDriver {
  const call =
    (action: VolumeAction) =>
    async (volume: DriverVolume, { signal }: VolumeDriverContext): Promise<unknown> => {
      const timeoutMs = driverDeadlineMs(declared, action);
      const { name: driver } = declared;
      const request = { type: 'volume', driver, action, deadlineMs: timeoutMs, volume } as const;
      return accepted(await calls.call(request, { timeoutMs, signal })).result;
    };
  const nothing = (action: VolumeAction) => async (volume: DriverVolume, context: VolumeDriverContext) =>
    void (await call(action)(volume, context));
  return {
    ...declared,
    ...(check && { check: nothing('check') }),
    ...(create && { create: nothing('create') }),
    ...(remove && { remove: nothing('remove') }),
    ...(effects && {
      effects: async (volume: DriverVolume, context) =>
        (await call('effects')(volume, context)) as VolumeEffects,
    }),
    ...(status && {
      status: async (volume: DriverVolume, context) =>
        (await call('status')(volume, context)) as VolumeStatus,
    }),
  };
}
