/** Checks settings in annotations as kata does, but before anything is created. */
import { field, PouchError } from '../../../hooks/index.ts';
import { configPathAnnotation } from '../config/find.ts';
import type { KataConfig } from '../config/load.ts';
import { hypervisorPrefix, settingField, settingPrefix } from './names.ts';

/**
 * Refuses settings of the hypervisor that `enable_annotations` does not list: the shim in Go fails on them, the one
 * in Rust ignores them silently.
 * @throws PCH_KATA_OPTION
 */
export function checkSettings(
  annotations: Readonly<Record<string, string>>,
  config: KataConfig,
  { major, vmOf }: { major: number; vmOf: string | undefined },
): void {
  const names = Object.keys(annotations);
  const setting = names.find((name) => name.startsWith(settingPrefix) || name === configPathAnnotation);
  if (vmOf !== undefined && setting !== undefined) throw vmRuns(setting);
  const denied = names.find((name) => name.startsWith(hypervisorPrefix) && !isEnabled(name, config, major));
  if (denied !== undefined) throw notEnabled(denied, config);
}

/** Each entry is a regular expression that may match anywhere (kata, oci/utils.go: checkAnnotationNameIsValid). */
export function isEnabled(annotation: string, { hypervisor }: KataConfig, major: number): boolean {
  const list = hypervisor['enable_annotations'];
  // Before 1.12 the list does not exist, and every setting is allowed.
  if (list === undefined && major === 1) return true;
  const name = annotation.slice(hypervisorPrefix.length);
  return entries(list).some((pattern) => matches(pattern, name));
}

function entries(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

/** An invalid regular expression matches nothing. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}

function notEnabled(annotation: string, { path, hypervisorName, hypervisor }: KataConfig): PouchError {
  const name = annotation.slice(hypervisorPrefix.length);
  const list = entries(hypervisor['enable_annotations']).join(', ') || 'nothing';
  return new PouchError(
    'PCH_KATA_OPTION',
    `${settingField(annotation)}: enable_annotations of [hypervisor.${hypervisorName}] in ${path} allows ${list}`,
    { field: `annotations["${annotation}"]`, hint: `add "${name}" to that list, or omit the setting` },
  );
}

function vmRuns(annotation: string): PouchError {
  return new PouchError(
    'PCH_KATA_OPTION',
    `${settingField(annotation)}: a container with ${field('vmOf')} cannot configure the VM, which already runs`,
    { field: `annotations["${annotation}"]`, hint: 'add the setting to the first container of the VM' },
  );
}
