import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PouchError } from '../../hooks/index.ts';

/** Host pid of a container's init, from the state that runlxc keeps of it. @throws PCH_RUNTIME_FAILED */
export async function readInitPid(root: string, id: string): Promise<number> {
  const path = join(root, id, 'state.json');
  try {
    const { init } = JSON.parse(await readFile(path, 'utf8')) as { init?: { pid?: unknown } };
    if (typeof init?.pid === 'number' && init.pid > 0) return init.pid;
    throw new Error(`${path} has no pid of init`);
  } catch (cause) {
    throw new PouchError(
      'PCH_RUNTIME_FAILED',
      `runlxc does not know the container: ${(cause as Error).message}`,
      {
        hint: 'the daemon log and the log of containerd say more',
        container: id,
        cause,
      },
    );
  }
}
