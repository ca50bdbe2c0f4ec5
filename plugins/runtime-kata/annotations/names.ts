/** Annotations that kata reads (kata, how-to-set-sandbox-config-kata.md; containerd, pkg/cri/annotations). */

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

/** Returns the name of a setting as in --kata-opt: `hypervisor.default_memory`. */
export function shortName(annotation: string): string {
  return annotation.replace(settingPrefix, '').replace(kataPrefix, '');
}

/** Returns the annotation of a setting that --kata-opt or the option `defaults` names. */
export function annotationOf(setting: string): string {
  return setting.startsWith(kataPrefix) ? setting : settingPrefix + setting;
}
