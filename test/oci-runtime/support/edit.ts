import type { NamespaceType } from '../../../hooks/oci.ts';
import type { Spec } from './spec.ts';

/** Gives the container a new namespace of the type, or that at the path. */
export function withNamespace(spec: Spec, type: NamespaceType, path?: string): void {
  withoutNamespace(spec, type);
  spec.linux.namespaces.push({ type, ...(path !== undefined && { path }) });
}

/** Makes the container share the runtime's namespace of the type. */
export function withoutNamespace(spec: Spec, type: NamespaceType): void {
  spec.linux.namespaces = spec.linux.namespaces.filter((namespace) => namespace.type !== type);
}

/** The first host id that user namespaces of these rows map. */
export const firstId = 100_000;

/** Adds a user namespace in which root is another user on the host. */
export function withUserNamespace(spec: Spec): void {
  withNamespace(spec, 'user');
  const mappings = [{ containerID: 0, hostID: firstId, size: 65_536 }];
  spec.linux.uidMappings = mappings;
  spec.linux.gidMappings = mappings;
}

/** Adds a tmpfs at /mnt with the options. */
export function tmpfs(spec: Spec, ...options: string[]): void {
  spec.mounts.push({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options });
}

/** Bind-mounts a path of the host at /mnt, or elsewhere. */
export function bind(spec: Spec, source: string, options: string[] = ['bind'], destination = '/mnt'): void {
  spec.mounts.push({ destination, type: 'bind', source, options });
}

/** Adds a capability to the default ones. */
export function grant({ process }: Spec, capability: string): void {
  for (const set of ['bounding', 'permitted', 'effective'] as const)
    process.capabilities![set]!.push(capability);
}
