import { type ContainerDraft, richAnnotation } from '../../../hooks/index.ts';
import type { HookWhen } from './hookFile.ts';
import { fits } from './pattern.ts';

type Container = Pick<ContainerDraft, 'annotations' | 'mounts' | 'process' | 'rich'>;

/**
 * Whether a container fits the conditions of a hook file, whose expressions are valid. `false` never fits (podman,
 * pkg/hooks/1.0.0/when.go).
 */
export function applies(when: HookWhen, container: Container): boolean {
  const { always = true, hasBindMounts, annotations = {}, commands } = when;
  if (!always || hasBindMounts === false || (hasBindMounts && !bindsHost(container))) return false;
  const given = Object.entries(annotationsOf(container));
  const program = [...container.process.entrypoint, ...container.process.command][0] ?? '';
  return (
    Object.entries(annotations).every(([key, value]) =>
      given.some(([name, text]) => fits(key, name) && fits(value, text)),
    ) &&
    (commands?.some((command) => fits(command, program)) ?? true)
  );
}

/** The mode of a rich container becomes an annotation only when its plugin has changed the command. */
function annotationsOf({ annotations, rich }: Container): Record<string, string> {
  return rich.enabled ? { ...annotations, [richAnnotation]: rich.mode } : annotations;
}

function bindsHost({ mounts }: Container): boolean {
  return Object.values(mounts).some(
    ({ type, options }) => type === 'bind' || options.some((option) => /^r?bind$/.test(option)),
  );
}
