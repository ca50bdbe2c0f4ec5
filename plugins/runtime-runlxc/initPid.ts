import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PouchError } from '../../hooks/index.ts';

/** Returns the host pid of a container's init, from runlxc's state. @throws PCH_RUNTIME_FAILED */
export async function readInitPid(root: string, id: string): Promise<number> {
  const path = join(root, id, 'state.json');
  try {
    const { init } = JSON.parse(await readFile(path, 'utf8')) as { init?: { pid?: unknown } };
    if (typeof init?.pid === 'number' && init.pid > 0) return init.pid;
    throw new Error(`${path}: expected the pid of init, found none`);
  } catch (cause) {
    throw new PouchError(
      'PCH_RUNTIME_FAILED',
      `runlxc has no state of the container: ${(cause as Error).message}`,
      {
        hint: 'check the logs of pouchd and containerd',
        container: id,
        cause,
      },
    );
  }
}
