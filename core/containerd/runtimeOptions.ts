import type { RuntimeOptions } from '../../hooks/runtime.ts';
import { packRuncOptions, packShimOptions } from './any.ts';
import type { Any } from './gen/google/protobuf/any.ts';

/** A runtime's options as its shim takes them. */
export function packOptions(options: RuntimeOptions): Any {
  if ('message' in options) {
    const { message, typeUrl = '', configPath = '', configBody } = options;
    const body = configBody === undefined ? {} : { configBody: Buffer.from(configBody) };
    return packShimOptions(message, { typeUrl, configPath, ...body });
  }
  return packRuncOptions(options);
}
