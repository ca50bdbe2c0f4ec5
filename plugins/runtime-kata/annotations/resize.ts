/** Updates of limits: the next start boots a VM of the new size. */
import type { ContainerDraft } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { isEnabled } from './check.ts';
import { containerType, hypervisorPrefix, sandboxId } from './names.ts';
import { sandboxSize } from './sandbox.ts';
import { sizeSettings } from './sizing.ts';

type Annotations = ContainerDraft['annotations'];

/** Replaces annotations that the plan derived from the old limits; keeps values that a user or plugin has set. */
export function resizedAnnotations(
  draft: Readonly<ContainerDraft>,
  resources: ContainerDraft['resources'],
  { config, major }: { config: KataConfig; major: number },
): Annotations {
  const before = derived(draft, config);
  const own = Object.fromEntries(
    Object.entries(draft.annotations).filter(([name, value]) => before[name] !== value),
  );
  const wanted = Object.entries(derived({ ...draft, resources }, config)).filter(
    ([name]) => !name.startsWith(hypervisorPrefix) || isEnabled(name, config, major),
  );
  return { ...Object.fromEntries(wanted), ...own };
}

function derived(draft: ContainerDraft, config: KataConfig): Annotations {
  const { id, annotations } = draft;
  const isSandbox = annotations[containerType] === 'sandbox' && annotations[sandboxId] === id;
  return { ...sizeSettings({ ...draft, annotations: {} }, config), ...(isSandbox && sandboxSize(draft)) };
}
