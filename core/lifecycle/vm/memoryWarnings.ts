import type { ContainerRecord } from '../../../hooks/engine.ts';
import { field } from '../../../hooks/fields.ts';
import type { EngineContext } from '../shared/engineContext.ts';

const MiB = 1024 * 1024;

/**
 * Warnings about an update of the memory of a running VM. The runtime reports success when it has asked the VM to
 * grow; it does not report whether the guest took the memory.
 * @param before bytes; undefined for no limit
 */
export async function vmMemoryWarnings(
  { generations, metrics }: EngineContext,
  record: ContainerRecord,
  before: number | undefined,
): Promise<string[]> {
  const runtime = generations.current.runtimes.get(record.draft.runtime);
  const wanted = record.draft.resources.memory?.limit;
  if (runtime?.isolation !== 'vm' || wanted === undefined || wanted === before) return [];
  const [reading, booted] = await Promise.all([
    metrics.read(record.id).catch(() => undefined),
    runtime.machineMemory?.(record.draft).catch(() => undefined),
  ]);
  const found = reading?.usage.memory.limitBytes;
  if (found !== wanted)
    return [
      `${field('resources.memory')}: the virtual machine reports a limit of ${text(found)}, not ${text(wanted)}`,
    ];
  if (wanted <= (booted ?? 0) + (before ?? 0)) return [];
  return [
    `${field('resources.memory')}: the limit is ${text(wanted)}; the virtual machine booted with ${text((booted ?? 0) + (before ?? 0))}, and ${record.draft.runtime} does not report whether it has grown: see free in the container`,
  ];
}

function text(bytes: number | undefined): string {
  return bytes === undefined ? 'an unknown size' : `${Math.round(bytes / MiB)} MiB`;
}
