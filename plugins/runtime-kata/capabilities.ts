import { allFeaturesBut, type RuntimeCapabilities, type RuntimeState } from '../../hooks/index.ts';
import type { KataConfig } from './config/load.ts';
import { followsLimits, isStatic } from './config/values.ts';

const ownKernel = 'a virtual machine has a kernel of its own';

/** What kata can do, by its Limitations.md and what its sources leave out of a specification. */
export function kataCapabilities({ sharedMachine }: { sharedMachine: true | string }): RuntimeCapabilities {
  return {
    ...allFeaturesBut({
      richSystemd:
        'kata gives a container no cgroup namespace and nothing of the host’s cgroups, and systemd needs either (kata-containers issue 9950 asks how; nobody has answered)',
      hostNetwork: 'kata would take the host’s interfaces away from it',
      hostPid: ownKernel,
      hostIpc: ownKernel,
      hostUts: 'a virtual machine has a name of its own',
      hostCgroup: ownKernel,
      joinNamespaces: `${ownKernel}; --vm-of puts several containers into one machine`,
      userNamespace: 'kata maps no user ids of the files that host and machine share',
      idmappedMounts: 'kata maps no user ids of the files that host and machine share',
      mountPropagation: 'mounts do not pass between a virtual machine and the host',
      deviceRules: 'kata takes them out: the devices are the machine’s own',
      cdi: 'kata takes CDI devices only at the boot of a machine, by a resolver of its own',
      blockIo: 'kata does not hand limits of block devices to the machine',
      rdt: 'kata does not hand cache classes to the machine',
      checkpoint: 'kata cannot save a virtual machine (Limitations.md)',
    }),
    sharedMachine,
  };
}

/** What this configuration lacks. */
export function limitsOf(config: KataConfig): NonNullable<RuntimeState['limits']> {
  if (isStatic(config))
    return {
      liveUpdate: `static_sandbox_resource_mgmt in ${config.path}: a machine keeps the size it booted with`,
    };
  if (!followsLimits(config))
    return { liveUpdate: `${config.hypervisorName} cannot change a running machine` };
  return {};
}
