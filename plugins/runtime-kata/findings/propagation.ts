import type { RuntimeFinding } from '../../../hooks/index.ts';
import { type Host, readText } from '../host.ts';
import { bad, good } from './finding.ts';

/** What the shim mounts for a machine has to reach the hypervisor's file sharing daemon. */
export async function propagationFinding(host: Host): Promise<RuntimeFinding> {
  const name = 'mount propagation';
  if (isShared((await readText(host, '/proc/self/mountinfo')) ?? '')) return good(name, '/ is shared');
  return bad(name, '/ is mounted private', 'mount --make-rshared /');
}

/** The optional fields of a line hold `shared:N` (proc_pid_mountinfo(5)); the last mount on `/` counts. */
function isShared(mountinfo: string): boolean {
  const line = mountinfo.split('\n').findLast((text) => text.split(' ')[4] === '/') ?? '';
  return / shared:\d+ .*- /.test(line);
}
