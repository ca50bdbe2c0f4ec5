import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Whether a container is a virtual machine: the host sees its hypervisor, not its processes and files. */
export function isVm(
  { generations }: Pick<EngineContext, 'generations'>,
  { draft }: Pick<ContainerRecord, 'draft'>,
): boolean {
  return generations.current.runtimes.get(draft.runtime)?.isolation === 'vm';
}
