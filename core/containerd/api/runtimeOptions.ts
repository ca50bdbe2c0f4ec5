import type { RuntimeOptions } from '../../../hooks/runtime.ts';
import { packRuncOptions, packShimOptions } from '../rpc/any.ts';
import type { Any } from '../gen/google/protobuf/any.ts';

/** The directories of a checkpoint to restore from and of criu's log. */
export interface RestorePaths {
  imagePath: string;
  workPath: string;
}

/** Packs a runtime's options for its shim. Only runc's shim can restore a checkpoint. */
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
