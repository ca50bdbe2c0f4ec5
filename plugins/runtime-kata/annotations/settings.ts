import type { ContainerDraft } from '../../../hooks/index.ts';
import type { FlavourOptions } from '../options.ts';
import { annotationOf } from './names.ts';

/**
 * Returns a container's annotations, with the plugin's options as defaults. A container in the VM of another gets no
 * defaults: a VM is configured once.
 */
export function withDefaults(
  { annotations, vmOf }: ContainerDraft,
  defaults: FlavourOptions['defaults'],
): Record<string, string> {
  if (vmOf !== undefined) return { ...annotations };
  const standard = Object.entries(defaults).map(([name, value]) => [annotationOf(name), String(value)]);
  return { ...(Object.fromEntries(standard) as Record<string, string>), ...annotations };
}
