import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { updateNames } from '../shared/networkNames.ts';
import { rewriteNetworkFiles } from '../task/writeOwnFiles.ts';
import { isVm } from '../vm/isVm.ts';

/** Of a container that runs, after a change of its networks. */
export async function updateLiveNames(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const { name, id } = record;
  await updateNames(engine, record);
  const init = engine.inits.get(id);
  if (init && !isVm(engine, record)) await rewriteNetworkFiles(engine, record, { name, init });
}
