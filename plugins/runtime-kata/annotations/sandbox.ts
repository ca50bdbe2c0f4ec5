/** Kubernetes' annotations by which kata knows which containers share a machine. */
import type { ContainerDraft } from '../../../hooks/index.ts';
import { containerType, sandboxCpuPeriod, sandboxCpuQuota, sandboxId, sandboxMemory } from './names.ts';

/** What somebody else has said of it, such as the CRI, stays. */
export function addSandbox(draft: ContainerDraft, { announce }: { announce: boolean }): void {
  if (draft.annotations[containerType] !== undefined) return;
  if (draft.vmOf !== undefined) Object.assign(draft.annotations, member(draft.vmOf));
  else if (announce) Object.assign(draft.annotations, sandbox(draft));
}

function member(host: string): Record<string, string> {
  return { [containerType]: 'container', [sandboxId]: host };
}

function sandbox(draft: ContainerDraft): Record<string, string> {
  return { [containerType]: 'sandbox', [sandboxId]: draft.id, ...sandboxSize(draft) };
}

/** A sandbox is sized by its annotations, a lone container by its resources (kata, create.go: CalculateSandboxSizing). */
export function sandboxSize({
  resources: { memory, cpu },
}: Pick<ContainerDraft, 'resources'>): Record<string, string> {
  return {
    ...(memory?.limit !== undefined && { [sandboxMemory]: String(memory.limit) }),
    ...(cpu?.period !== undefined && { [sandboxCpuPeriod]: String(cpu.period) }),
    ...(cpu?.quota !== undefined && { [sandboxCpuQuota]: String(cpu.quota) }),
  };
}
