import type { ContainerDraft } from '../../../hooks/index.ts';
import type { FlavourOptions } from '../options.ts';
import { annotationOf } from './names.ts';

/**
 * The settings of a container: those of the plugin's options below its own. A container in the machine of another has
 * no settings but its own: a machine is set up once.
 */
export function withDefaults(
  { annotations, vmOf }: ContainerDraft,
  defaults: FlavourOptions['defaults'],
): Record<string, string> {
  if (vmOf !== undefined) return { ...annotations };
  const standard = Object.entries(defaults).map(([name, value]) => [annotationOf(name), String(value)]);
  return { ...(Object.fromEntries(standard) as Record<string, string>), ...annotations };
}
