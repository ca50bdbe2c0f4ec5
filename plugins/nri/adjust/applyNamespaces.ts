import type { ContainerDraft } from '../../../hooks/index.ts';
import type { LinuxNamespace } from '../gen/nri.ts';
import { invalid, removed } from './values.ts';

/**
 * Those that a late plugin may change. The network is planned before NRI plugins are asked, the ids of a user namespace
 * are in the files of the container, and a mount namespace has its root file system.
 */
export const changeableNamespaces = ['pid', 'ipc', 'uts', 'cgroup'] as const;

/** A path joins a namespace, an empty one makes a new one, and the mark of removal leaves that of the host. */
export function applyNamespaces(draft: ContainerDraft, namespaces: readonly LinuxNamespace[]): void {
  if (namespaces.length > 0 && draft.namespaces.user !== undefined)
    throw invalid('expected no linux.namespaces for a container with users of its own, which must own them');
  for (const { type: marked, path } of namespaces) {
    const type = typeOf(removed(marked) ?? marked);
    if (removed(marked) !== undefined) delete draft.namespaces[type];
    else if (path === '' || path.startsWith('/')) draft.namespaces[type] = path;
    else throw invalid(`expected an absolute path in linux.namespaces.${type}, found "${path}"`);
  }
}

function typeOf(type: string): (typeof changeableNamespaces)[number] {
  const found = changeableNamespaces.find((one) => one === type);
  if (found) return found;
  throw invalid(`expected ${changeableNamespaces.join(', ')} in linux.namespaces, found "${type}"`);
}
