import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Call } from './call.ts';

/** Path of a shim's socket (containerd, runtime/v2/shim/util_unix.go: SocketAddress). */
export function socketPath({ address, namespace }: Call, id: string): string {
  const hash = createHash('sha256')
    .update(join(address, namespace, id))
    .digest('hex');
  return `/run/containerd/s/${hash}`;
}
