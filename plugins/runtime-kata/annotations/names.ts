/** Annotations that kata reads (kata, how-to-set-sandbox-config-kata.md; containerd, pkg/cri/annotations). */

/** Every one of kata's own. */
export const kataPrefix = 'io.katacontainers.';
/** Settings over those of the configuration file. */
export const settingPrefix = 'io.katacontainers.config.';
/** Those of the hypervisor need the file's leave. */
export const hypervisorPrefix = 'io.katacontainers.config.hypervisor.';

export const containerType = 'io.kubernetes.cri.container-type';
export const sandboxId = 'io.kubernetes.cri.sandbox-id';
/** Bytes. */
export const sandboxMemory = 'io.kubernetes.cri.sandbox-memory';
/** Microseconds. */
export const sandboxCpuPeriod = 'io.kubernetes.cri.sandbox-cpu-period';
export const sandboxCpuQuota = 'io.kubernetes.cri.sandbox-cpu-quota';

/** The option or the setting's name in kata's terms: `hypervisor.default_memory`. */
export function shortName(annotation: string): string {
  return annotation.replace(settingPrefix, '').replace(kataPrefix, '');
}

/** The annotation of a setting as --kata-opt and the option `defaults` name it. */
export function annotationOf(setting: string): string {
  return setting.startsWith(kataPrefix) ? setting : settingPrefix + setting;
}
