import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of a name or a number, as id(1) finds them: users need not be in /etc/passwd. @throws Error of id(1) */
export async function idsOfUser(user: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await run('id', [which, '--', user])).stdout)),
  );
  return { uid: uid!, gid: gid! };
}
