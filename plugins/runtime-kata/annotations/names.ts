/** Annotations that kata reads (kata, how-to-set-sandbox-config-kata.md; containerd, pkg/cri/annotations). */
import { field } from '../../../hooks/index.ts';

/** Prefix of all of kata's annotations. */
export const kataPrefix = 'io.katacontainers.';
/** Settings that override the configuration file. */
export const settingPrefix = 'io.katacontainers.config.';
/** Settings of the hypervisor, which the file must allow. */
export const hypervisorPrefix = 'io.katacontainers.config.hypervisor.';

export const containerType = 'io.kubernetes.cri.container-type';
export const sandboxId = 'io.kubernetes.cri.sandbox-id';
/** In bytes. */
export const sandboxMemory = 'io.kubernetes.cri.sandbox-memory';
/** In microseconds. */
export const sandboxCpuPeriod = 'io.kubernetes.cri.sandbox-cpu-period';
export const sandboxCpuQuota = 'io.kubernetes.cri.sandbox-cpu-quota';

/** Writes the field of a setting into a message. */
export function settingField(annotation: string): string {
  return field(`annotations["${annotation}"]`);
}

/** Returns the annotation of a setting, which the option `defaults` may name without its prefix. */
export function annotationOf(setting: string): string {
  return setting.startsWith(kataPrefix) ? setting : settingPrefix + setting;
}
