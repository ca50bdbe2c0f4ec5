/** What a container needs so that container engines run in it, and what they lack. */
import { release } from 'node:os';

import type { ContainerDraft } from '../../hooks/draft.ts';
import { field } from '../../hooks/fields.ts';
import { invalidField } from '../../hooks/invalidField.ts';
import { joinPrefix } from '../contract/namespaces.ts';

/**
 * Where Docker, containerd and Podman keep images and containers: volumes, as an overlay file system cannot have its
 * upper directory on another one.
 */
export const nestedStorage = ['/var/lib/docker', '/var/lib/containers', '/var/lib/containerd'] as const;

/** Over namespaces that the user namespace of the container owns: mounts, and networks with their firewalls. */
const capabilities = ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] as const;

/** Calls beyond those of the capabilities: runtimes enter a root file system and give a container a keyring. */
export const nestedCalls = ['keyctl', 'pivot_root'] as const;

/** Since this kernel a user namespace may mount overlay file systems. */
const overlaySince = [5, 11] as const;

/**
 * Lets the engines of a container with `rich.nested` work, and nothing beyond the user namespace of the container.
 * Returns warnings about what the host lacks.
 * @throws PCH_OPTION_INVALID if it has no user namespace
 */
export function planNested(draft: ContainerDraft, { isVm }: { isVm: boolean }, kernel = release()): string[] {
  if (!draft.rich.nested) return [];
  if (isVm)
    throw invalidField(
      'rich.nested',
      'a virtual machine has a kernel of its own for the containers in it',
      `leave it out, and give the rights by ${field('capAdd')}`,
    );
  if (draft.uidMappings.length === 0)
    throw invalidField(
      'rich.nested',
      'expected a container with a user namespace, without which its engines would have rights over the host; it has none',
      `leave out ${field('usernsMode')} host and what else keeps it from one: a warning of its plan without ${field('rich.nested')} names it`,
    );
  const { capabilities: given, droppedCapabilities = {} } = draft.process;
  const dropped = capabilities.filter((name) => droppedCapabilities['ALL'] || droppedCapabilities[name]);
  for (const name of capabilities) if (!dropped.includes(name)) given[name] = true;
  // Its files belong to the owners of namespaces: the container can write those of its own alone.
  delete draft.readonlyPaths['/proc/sys'];
  if (hasOwnNetwork(draft)) draft.sysctls['net.ipv4.ip_forward'] ??= '1';
  draft.namespaces.cgroup ??= '';
  const cgroups = draft.mounts['/sys/fs/cgroup'];
  if (cgroups?.type === 'cgroup')
    cgroups.options = cgroups.options.map((option) => (option === 'ro' ? 'rw' : option));
  return [
    ...dropped.map((name) => `Docker and Podman do not work inside without ${name}, which it drops`),
    ...(isOlder(kernel)
      ? [
          `kernel ${kernel} has no overlay file systems in user namespaces (${overlaySince.join('.')} has): Docker and Podman copy whole images inside`,
        ]
      : []),
  ];
}

function hasOwnNetwork({ namespaces }: ContainerDraft): boolean {
  return namespaces.network?.startsWith(joinPrefix) === false;
}

function isOlder(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => parseInt(part, 10));
  const [wantedMajor, wantedMinor] = overlaySince;
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
