/** Kubernetes' annotations from which kata learns which containers share a VM. */
import type { ContainerDraft } from '../../../hooks/index.ts';
import { containerType, sandboxCpuPeriod, sandboxCpuQuota, sandboxId, sandboxMemory } from './names.ts';

/** Keeps the annotations of others, such as the CRI. */
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

/**
 * kata sizes a sandbox by its annotations, and a single container by its resources (kata, create.go:
 * CalculateSandboxSizing).
 */
export function sandboxSize({
  resources: { memory, cpu },
}: Pick<ContainerDraft, 'resources'>): Record<string, string> {
  return {
    ...(memory?.limit !== undefined && { [sandboxMemory]: String(memory.limit) }),
    ...(cpu?.period !== undefined && { [sandboxCpuPeriod]: String(cpu.period) }),
    ...(cpu?.quota !== undefined && { [sandboxCpuQuota]: String(cpu.quota) }),
  };
}
