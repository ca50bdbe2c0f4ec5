import type { ImageSource, SourceManifest } from '../../../hooks/contributions/imageSource.ts';
import type { DeclaredImageSource, ImageSourceRequest } from '../../../hooks/processProtocol.ts';
import { sourceDeadlineMs } from '../../contract/driverDeadlines.ts';
import type { PluginCalls } from './PluginCalls.ts';
import { accepted } from './tapOfProcess.ts';

type Wanted = Omit<ImageSourceRequest, 'type' | 'id' | 'source' | 'action' | 'deadlineMs'>;

/** An image source whose functions are in the process of its plugin. Its streams are read there chunk by chunk. */
export function imageSourceOfProcess(declared: DeclaredImageSource, calls: PluginCalls): ImageSource {
  const call = async (action: 'manifest' | 'blob', wanted: Wanted, signal: AbortSignal): Promise<unknown> => {
    const timeoutMs = sourceDeadlineMs(declared);
    const { name: source } = declared;
    const request = { type: 'image', source, action, deadlineMs: timeoutMs, ...wanted } as const;
    return accepted(await calls.call(request, { timeoutMs, signal, isDecoded: true })).result;
  };
  return {
    ...declared,
    manifest: async (wanted, { signal }) =>
      (await call('manifest', wanted, signal)) as SourceManifest | undefined,
    blob: async (wanted, { signal }) =>
      (await call('blob', wanted, signal)) as AsyncIterable<Uint8Array> | undefined,
  };
}
