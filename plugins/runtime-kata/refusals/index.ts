import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';
import { sizeRefusals } from '../annotations/sizing.ts';
import type { KataConfig } from '../config/load.ts';
import { deviceRefusals } from './devices.ts';
import { hookRefusals } from './hooks.ts';
import { limitRefusals } from './limits.ts';
import { seccompRefusals } from './seccomp.ts';
import { volumeRefusals } from './volumes.ts';

/** What kata would refuse late or ignore silently. @param annotations including the defaults of the options */
export async function refusalsOf(
  draft: ContainerDraft,
  config: KataConfig,
  { annotations, major }: { annotations: Readonly<Record<string, string>>; major: number },
): Promise<RuntimeRefusal[]> {
  return [
    ...deviceRefusals(draft, config),
    ...(await volumeRefusals(draft, config)),
    ...limitRefusals(draft),
    ...sizeRefusals({ ...draft, annotations: { ...annotations } }, config, major),
    ...seccompRefusals(draft, config, annotations),
    ...hookRefusals(draft),
  ];
}
