/** Checks that kernel parameters belong to a namespace of the container: others would change the host. */
import { RunlxcError } from '../cli/error.ts';
import type { NamespaceType, Spec } from './types.ts';

/** Parameters of an IPC namespace, ipc_namespaces(7). */
const ipc = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** @throws RunlxcError with the parameter */
export function checkSysctls(spec: Spec): void {
  for (const name of Object.keys(spec.linux?.sysctl ?? {})) {
    const field = `linux.sysctl: sysctl ${JSON.stringify(name)}`;
    const dotted = name.replaceAll('/', '.');
    if (dotted === 'kernel.hostname') throw new RunlxcError(`${field} is not allowed: use hostname`);
    const needed = namespaceOf(dotted);
    if (needed === undefined) throw new RunlxcError(`${field} is not in a separate kernel namespace`);
    const own = spec.linux?.namespaces?.some(({ type }) => type === needed);
    if (!own) throw new RunlxcError(`${field} is not allowed in the hosts ${needed} namespace`);
  }
}

function namespaceOf(name: string): NamespaceType | undefined {
  if (ipc.has(name) || name.startsWith('fs.mqueue.')) return 'ipc';
  if (name.startsWith('net.')) return 'network';
  if (name === 'kernel.domainname') return 'uts';
  return undefined;
}

/** Returns the parameter's file. A name whose interface name contains dots uses slashes as separators, sysctl(8). */
export function sysctlFile(name: string): string {
  const slash = name.indexOf('/');
  const dot = name.indexOf('.');
  const isSlashed = slash !== -1 && (dot === -1 || slash < dot);
  return `/proc/sys/${isSlashed ? name : name.replaceAll(/[./]/g, (sign) => (sign === '.' ? '/' : '.'))}`;
}
