import type { ContainerDraft } from './draft.ts';

/**
 * Lets the init of a rich container isolate its services, as `PrivateTmp=`, `ProtectSystem=` and `DynamicUser=` of
 * systemd do: that takes mounts, for which the kernel asks for CAP_SYS_ADMIN. Only in a user namespace, where the
 * capability is one over the container's own namespaces (user_namespaces(7)); the default seccomp profile denies the
 * calls that it would open beyond these. Does nothing for a request that drops the capability.
 */
export function allowSandboxes(draft: ContainerDraft): void {
  const { capabilities, droppedCapabilities = {} } = draft.process;
  if (draft.uidMappings.length === 0 || droppedCapabilities['ALL'] || droppedCapabilities[sysAdmin]) return;
  capabilities[sysAdmin] = true;
}

const sysAdmin = 'CAP_SYS_ADMIN';
