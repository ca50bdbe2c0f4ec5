import { field, type ContainerDraft, type FileAccess, type RuntimeRefusal } from '../../../hooks/index.ts';
import { sizeRefusals } from '../annotations/sizing.ts';
import type { KataConfig } from '../config/load.ts';
import { deviceRefusals } from './devices.ts';
import { hookRefusals } from './hooks.ts';
import { seccompRefusals } from './seccomp.ts';
import { volumeRefusals } from './volumes.ts';

interface RefusalContext {
  /** Including the defaults of the options. */
  annotations: Readonly<Record<string, string>>;
  /** Version of kata. */
  major: number;
  files: FileAccess;
}

/** What kata would refuse late or ignore silently. */
export async function refusalsOf(
  draft: ContainerDraft,
  config: KataConfig,
  { annotations, major, files }: RefusalContext,
): Promise<RuntimeRefusal[]> {
  return [
    ...deviceRefusals(draft, config),
    ...(await volumeRefusals(draft, config, files)),
    ...limitRefusals(draft),
    ...sizeRefusals({ ...draft, annotations: { ...annotations } }, config, major),
    ...seccompRefusals(draft, config, annotations),
    ...hookRefusals(draft),
  ];
}

/** Limits that kata removes from the specification (kata, virtcontainers/kata_agent.go: constrainGRPCSpec). */
function limitRefusals({ resources: { pids } }: ContainerDraft): RuntimeRefusal[] {
  if (pids === undefined || pids.limit <= 0) return [];
  return [{ what: field('resources.pids'), reason: 'kata does not limit the processes in a VM' }];
}
