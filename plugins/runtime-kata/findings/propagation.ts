import type { RuntimeFinding } from '../../../hooks/index.ts';
import { type Host, readText } from '../host.ts';
import { bad, good } from './finding.ts';

/** Mounts that the shim makes for a VM must propagate to the hypervisor's file sharing daemon. */
export async function propagationFinding(host: Host): Promise<RuntimeFinding> {
  const name = 'mount propagation';
  if (isShared((await readText(host, '/proc/self/mountinfo')) ?? '')) return good(name, '/ is shared');
  return bad(name, '/ is mounted private', 'mount --make-rshared /');
}

/** Checks the last mount on `/` for the optional field `shared:N` (proc_pid_mountinfo(5)). */
function isShared(mountinfo: string): boolean {
  const line = mountinfo.split('\n').findLast((text) => text.split(' ')[4] === '/') ?? '';
  return / shared:\d+ .*- /.test(line);
}
