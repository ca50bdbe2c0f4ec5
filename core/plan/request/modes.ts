/** Namespaces: private ones, the host's, or another container's. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { NamespaceType } from '../../../hooks/oci.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { joinPrefix } from '../../contract/namespaces.ts';
import { requestedCgroup } from '../cgroupPath.ts';
import type { RequestContext } from './context.ts';

export async function applyModes(
  draft: ContainerDraft,
  request: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  applyMode(draft, 'pid', 'pidMode', request, context);
  applyMode(draft, 'ipc', 'ipcMode', request, context);
  applyMode(draft, 'uts', 'utsMode', request, context);
  applyMode(draft, 'cgroup', 'cgroupnsMode', request, context);
  if (draft.network.mode.startsWith(joinPrefix)) draft.namespaces.network = draft.network.mode;
  if (request.cgroupParent)
    draft.cgroupsPath = requestedCgroup(request.cgroupParent, draft.id, context.cgroupDriver());
  // Device nodes of the host's IPC namespace live in its own /dev/shm and /dev/mqueue.
  if (request.ipcMode === 'host') await bindHostIpc(draft, context);
}

function applyMode(
  draft: ContainerDraft,
  type: NamespaceType,
  path: 'pidMode' | 'ipcMode' | 'utsMode' | 'cgroupnsMode',
  request: ContainerRequest,
  context: RequestContext,
): void {
  const mode = request[path];
  if (!mode || ['private', 'shareable', 'none'].includes(mode)) return;
  if (mode === 'host') delete draft.namespaces[type];
  else if (mode.startsWith(joinPrefix))
    draft.namespaces[type] = joinPrefix + context.containerId(mode.slice(joinPrefix.length));
  else
    throw invalidField(
      path,
      `expected private, host or container:NAME, found "${mode}"`,
      'give one of these forms, or leave it out',
    );
}

/** Not every host has a /dev/mqueue. */
async function bindHostIpc(draft: ContainerDraft, { look }: RequestContext): Promise<void> {
  for (const path of ['/dev/shm', '/dev/mqueue']) {
    delete draft.mounts[path];
    if ((await look(path, path)) !== undefined)
      draft.mounts[path] = { type: 'bind', source: path, options: ['rbind', 'nosuid', 'noexec', 'nodev'] };
  }
}
