/** Properties of a configuration that matter for a container. */
import type { KataConfig } from './load.ts';

export function textIn(table: Readonly<Record<string, unknown>>, key: string): string {
  const value = table[key];
  return typeof value === 'string' ? value : '';
}

/**
 * Whether host and VM share files. Firecracker has no shared file system; `shared_fs = "none"` disables it elsewhere.
 */
export function sharesFiles({ hypervisorName, hypervisor }: KataConfig): boolean {
  return hypervisorName !== 'firecracker' && textIn(hypervisor, 'shared_fs') !== 'none';
}

/** Whether a daemon on the host shares the files: 9p is part of QEMU, inline virtio-fs of the shim. */
export function sharesByDaemon(config: KataConfig): boolean {
  const withoutDaemon = ['virtio-9p', 'inline-virtio-fs'];
  return sharesFiles(config) && !withoutDaemon.includes(textIn(config.hypervisor, 'shared_fs'));
}

/**
 * Whether the VM gets the memory and CPUs of its containers, by hotplug or at boot. Firecracker has no hotplug (kata,
 * configuration-fc.toml: static_sandbox_resource_mgmt).
 */
export function followsLimits({ hypervisorName, runtime }: KataConfig): boolean {
  return hypervisorName !== 'firecracker' || isStatic({ runtime });
}

/** Whether the VM keeps its size from boot. */
export function isStatic({ runtime }: Pick<KataConfig, 'runtime'>): boolean {
  return runtime['static_sandbox_resource_mgmt'] === true;
}

const seccompAnnotation = 'io.katacontainers.config.runtime.disable_guest_seccomp';

/** Whether seccomp profiles apply in the VM; the annotation takes precedence over the file. */
export function hasGuestSeccomp(
  { runtime }: KataConfig,
  annotations: Readonly<Record<string, string>>,
): boolean {
  const said = annotations[seccompAnnotation];
  return said === undefined ? runtime['disable_guest_seccomp'] !== true : said !== 'true';
}
