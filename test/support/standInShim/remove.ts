import { rmSync } from 'node:fs';
import type { Call } from './call.ts';
import { DeleteResponse } from '../../../core/containerd/gen/shim/task.ts';
import { fault, record } from './record.ts';
import { clearContainer } from './runc.ts';
import { unshareFiles } from './sharedFiles.ts';
import { socketPath } from './socket.ts';

const killed = 128 + 9;

/**
 * After the end of a shim: removes its leftovers of a container, and prints the response that it can no longer give.
 */
export async function remove(call: Call): Promise<void> {
  record({ call: 'delete', argv: process.argv.slice(2) });
  await clearContainer(call.bundle, call.id);
  if (fault() !== 'leave-mounts') await unshareFiles(call.id);
  rmSync(socketPath(call, call.id), { force: true });
  const response = DeleteResponse.create({ exitStatus: killed, exitedAt: new Date() });
  process.stdout.write(DeleteResponse.encode(response).finish());
}
