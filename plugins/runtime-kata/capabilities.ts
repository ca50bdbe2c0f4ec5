import { allFeaturesBut, field, type RuntimeCapabilities, type RuntimeState } from '../../hooks/index.ts';
import type { KataConfig } from './config/load.ts';
import { followsLimits, isStatic } from './config/values.ts';

const ownKernel = 'a VM has its own kernel';

/** What kata supports, by its Limitations.md and the fields that its sources remove from a specification. */
export function kataCapabilities({ sharedMachine }: { sharedMachine: true | string }): RuntimeCapabilities {
  return {
    ...allFeaturesBut({
      richSystemd:
        'kata gives a container neither a cgroup namespace nor the host’s cgroups, and systemd needs one of them (kata-containers issue 9950)',
      hostNetwork: 'kata would move the host’s interfaces into the VM',
      hostPid: ownKernel,
      hostIpc: ownKernel,
      hostUts: 'a VM has its own hostname',
      hostCgroup: ownKernel,
      joinNamespaces: `${ownKernel}; ${field('vmOf')} runs several containers in one VM`,
      userNamespace: 'kata does not map user ids of the files that host and VM share',
      idmappedMounts: 'kata does not map user ids of the files that host and VM share',
      mountPropagation: 'mounts do not propagate between a VM and the host',
      deviceRules: 'kata removes them: the devices belong to the VM',
      cdi: 'kata accepts CDI devices only at the boot of a VM, by its own resolver',
      blockIo: 'kata does not pass limits of block devices to the VM',
      rdt: 'kata does not pass cache classes to the VM',
      checkpoint: 'kata cannot save a VM (Limitations.md)',
    }),
    sharedMachine,
  };
}

/** Features that this configuration lacks. */
export function limitsOf(config: KataConfig): NonNullable<RuntimeState['limits']> {
  if (isStatic(config))
    return {
      liveUpdate: `static_sandbox_resource_mgmt is set in ${config.path}: a VM keeps its size from boot`,
    };
  if (!followsLimits(config)) return { liveUpdate: `${config.hypervisorName} cannot resize a running VM` };
  return {};
}
