/** Which paths of a container's root file system come with it when it gets another image. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { keepAnnotation } from '../../../hooks/draftKeys.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** Other hosts and its services know a rich container by these. */
const identity = [
  '/etc/hostname',
  '/etc/hosts',
  '/etc/machine-id',
  '/etc/resolv.conf',
  '/etc/ssh/ssh_host_*',
  '/etc/ssh/sshd_config.d/00-pouch.conf',
  '/var/lib/dbus/machine-id',
];

/** Paths of one container, and bytes of one path. */
const [mostPaths, longestPath] = [100, 4095];

/** Of the call, of the container (its profile may have set them), and its identity. @throws PCH_OPTION_INVALID */
export function keptPaths(draft: ContainerDraft, asked: readonly string[]): string[] {
  const named = (draft.annotations[keepAnnotation] ?? '').split(':').filter(Boolean);
  const paths = [...(draft.rich.enabled ? identity : []), ...named, ...asked];
  for (const path of paths) checkPath(path);
  const all = [...new Set(paths)];
  if (all.length > mostPaths)
    throw invalidField(
      'keep',
      `expected at most ${mostPaths} paths, found ${all.length}`,
      'name a directory above them',
    );
  return all;
}

function checkPath(path: string): void {
  const isNormal = /^(\/(?!\.{1,2}(\/|$))[^/\0]+)+$/.test(path) && path.length <= longestPath;
  if (!isNormal)
    throw invalidField(
      'keep',
      `expected an absolute path without "." and "..", not "/" itself; found ${JSON.stringify(path.slice(0, 200))}`,
      'name the path as it is in the container',
    );
  if (path.slice(0, path.lastIndexOf('/')).includes('*'))
    throw invalidField(
      'keep',
      `expected "*" only in the last part of ${path}`,
      'name the directory, or each path',
    );
}
