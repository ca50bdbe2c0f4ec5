import type { RuntimeOptions } from '../../../hooks/runtime.ts';
import { packRuncOptions, packShimOptions } from '../rpc/any.ts';
import type { Any } from '../gen/google/protobuf/any.ts';

/** Where a task is restored from, and where criu leaves its log. */
export interface RestorePaths {
  imagePath: string;
  workPath: string;
}

/** A runtime's options as its shim takes them; only runc's shim can restore. */
export function packOptions(options: RuntimeOptions, restore?: RestorePaths): Any {
  if ('message' in options) {
    const { message, typeUrl = '', configPath = '', configBody } = options;
    const body = configBody === undefined ? {} : { configBody: Buffer.from(configBody) };
    return packShimOptions(message, { typeUrl, configPath, ...body });
  }
  return packRuncOptions({
    ...options,
    ...(restore && { criuImagePath: restore.imagePath, criuWorkPath: restore.workPath }),
  });
}
