/** What a container that joins the network of another shares with it, beside the network namespace. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { ownFilePath } from '../contract/ownFiles.ts';
import { etcPaths } from './etcFiles.ts';

/** The names by which a container knows itself and others. */
export interface NetworkNames extends Pick<ContainerDraft, 'hostname' | 'domainname'> {
  /** Host paths of /etc/hostname, /etc/hosts and /etc/resolv.conf, by their paths in the container. */
  files: Record<string, string>;
}

/** Files that are in the root file system of a rich container are left out: the host has no path for them. */
export function networkNames({ draft, paths }: ContainerRecord): NetworkNames {
  const { hostname, domainname, mounts, files } = draft;
  const sources = Object.values(etcPaths).flatMap((path) => {
    const mount = mounts[path];
    if (mount) return mount.type === 'bind' ? [[path, mount.source] as const] : [];
    const isShared = files[path] && !files[path].own;
    return isShared ? [[path, ownFilePath(paths.directory, path)] as const] : [];
  });
  return { hostname, domainname, files: Object.fromEntries(sources) };
}

/** A container in the network of another has its names, as with Docker. Mounts of the request replace the files. */
export function shareNames(draft: ContainerDraft, { hostname, domainname, files }: NetworkNames): void {
  Object.assign(draft, { hostname, domainname });
  if (draft.network.request.withoutFiles) return;
  for (const [path, source] of Object.entries(files))
    draft.mounts[path] = { type: 'bind', source, options: ['rbind', 'rprivate', 'rw'] };
}
