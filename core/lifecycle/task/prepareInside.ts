import type { ContainerRecord } from '../../../hooks/engine.ts';
import { identify } from '../../supervise/processIdentity.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { firstBoot } from './firstBoot.ts';
import { initPid } from './initPid.ts';
import { mountInside } from './mountInside.ts';
import { startConsole } from './startConsole.ts';
import { writeOwnFiles } from './writeOwnFiles.ts';
import { isVm } from '../vm/isVm.ts';

/**
 * What pouchd does in a container that the runtime has made and whose init has not run. A virtual machine is closed to
 * it.
 * @param results - of the effects of the start
 */
export async function prepareInside(
  engine: EngineContext,
  record: ContainerRecord,
  results: Record<string, unknown>,
): Promise<void> {
  const { name } = record;
  if (isVm(engine, record)) return;
  const { pid } = results['task'] as { pid: number };
  const init = identify(await initPid(engine, record, pid));
  // It has ended already, which the start of the task reports.
  if (!init) return;
  await Promise.all([
    writeOwnFiles(engine, record, { name, init }),
    mountInside(engine, record, { name, init }),
    firstBoot(engine, record, { name, init }),
    startConsole(engine, record, init.pid),
  ]);
}
