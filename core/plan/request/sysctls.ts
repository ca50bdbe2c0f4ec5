import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/**
 * Kernel settings that belong to a namespace, beside fs.mqueue.* and net.* (ipc_namespaces(7)); runtimes refuse all
 * others.
 */
const ofIpc = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
];

/** @throws PCH_OPTION_INVALID for a setting that would be the host's */
export function checkSysctls(draft: ContainerDraft, sysctls: Record<string, string> = {}): void {
  for (const name of Object.keys(sysctls)) checkSysctl(draft, name);
}

function checkSysctl({ namespaces }: ContainerDraft, key: string): void {
  const name = key.replaceAll('/', '.');
  const path: FieldPath = `sysctls["${key}"]`;
  if (name === 'kernel.hostname' || name === 'kernel.domainname')
    throw invalidField(
      path,
      `${name} is set in another way`,
      `use ${name === 'kernel.hostname' ? field('hostname') : field('domainname')}`,
    );
  const namespace = namespaceOf(name);
  if (namespace === undefined)
    throw invalidField(
      path,
      `${name} is not a container's own: it would change the host`,
      'set it on the host; containers have net.*, fs.mqueue.* and the kernel.* settings of System V IPC',
    );
  if (namespaces[namespace] === undefined)
    throw invalidField(
      path,
      `${name} would change the host: the container shares its ${namespace} namespace`,
      `leave it out, or the host's ${namespace} namespace`,
    );
}

function namespaceOf(name: string): 'network' | 'ipc' | undefined {
  if (name.startsWith('net.')) return 'network';
  return name.startsWith('fs.mqueue.') || ofIpc.includes(name) ? 'ipc' : undefined;
}
