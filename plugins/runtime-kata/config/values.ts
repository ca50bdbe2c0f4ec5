/** What a configuration means for a container. */
import type { KataConfig } from './load.ts';

export function textIn(table: Readonly<Record<string, unknown>>, key: string): string {
  const value = table[key];
  return typeof value === 'string' ? value : '';
}

/** Firecracker has no file system that host and machine share; `shared_fs = "none"` switches it off elsewhere. */
export function sharesFiles({ hypervisorName, hypervisor }: KataConfig): boolean {
  return hypervisorName !== 'firecracker' && textIn(hypervisor, 'shared_fs') !== 'none';
}

/** Whether host and machine share files by a daemon on the host: 9p is a part of QEMU, inline virtio-fs of the shim. */
export function sharesByDaemon(config: KataConfig): boolean {
  const withoutDaemon = ['virtio-9p', 'inline-virtio-fs'];
  return sharesFiles(config) && !withoutDaemon.includes(textIn(config.hypervisor, 'shared_fs'));
}

/**
 * Whether the machine gets the memory and CPUs of its containers: by hotplug, or as it boots. Firecracker has no hotplug
 * (kata, configuration-fc.toml: static_sandbox_resource_mgmt).
 */
export function followsLimits({ hypervisorName, runtime }: KataConfig): boolean {
  return hypervisorName !== 'firecracker' || isStatic({ runtime });
}

/** The machine is sized as it boots, and keeps that size. */
export function isStatic({ runtime }: Pick<KataConfig, 'runtime'>): boolean {
  return runtime['static_sandbox_resource_mgmt'] === true;
}

const seccompAnnotation = 'io.katacontainers.config.runtime.disable_guest_seccomp';

/** Whether seccomp profiles reach the machine; the annotation goes before the file. */
export function hasGuestSeccomp(
  { runtime }: KataConfig,
  annotations: Readonly<Record<string, string>>,
): boolean {
  const said = annotations[seccompAnnotation];
  return said === undefined ? runtime['disable_guest_seccomp'] !== true : said !== 'true';
}
