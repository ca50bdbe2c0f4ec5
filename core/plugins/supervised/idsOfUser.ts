import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface UserIds {
  uid: number;
  gid: number;
}

/**
 * Of a name or a number, as id(1) finds them: users need not be in /etc/passwd. Those of root are known: each start of
 * a rich container asks for them, and a process costs milliseconds.
 * @throws Error of id(1)
 */
export async function idsOfUser(user: string): Promise<UserIds> {
  if (user === 'root') return { uid: 0, gid: 0 };
  const { stdout } = await run('id', ['--', user], { env: { ...process.env, LC_ALL: 'C' } });
  const [, uid, gid] = /^uid=(\d+)(?:\(.*?\))? gid=(\d+)/.exec(stdout) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`id printed ${JSON.stringify(stdout)}`);
  return { uid: Number(uid), gid: Number(gid) };
}
