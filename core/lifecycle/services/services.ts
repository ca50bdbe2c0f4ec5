import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { ContainerService, ServiceAction } from '../../../hooks/richServices.ts';
import { runInContainer } from '../exec/runInContainer.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { parseServices } from './parseServices.ts';
import { checkExit, checkName, serviceCommand, unknownService } from './refusals.ts';

/** Milliseconds for a list of services: an init may run a script for each. */
const listDeadlineMs = 30_000;
const mostListed = 512 * 1024;

/** Milliseconds for an action; a service may have minutes to stop. */
const actionDeadlineMs = 300_000;

/** The services of a rich container, or the one of that name. */
export async function services(
  engine: EngineContext,
  record: ContainerRecord,
  name: string | undefined,
): Promise<ContainerService[]> {
  const { args } = serviceCommand(record);
  if (name !== undefined) checkName(name);
  if (record.state.status !== 'running') throw notRunning(record);
  const wanted = name === undefined ? [] : [name];
  const result = await runInContainer(engine, record, {
    args: [...args, 'list', ...wanted],
    deadlineMs: listDeadlineMs,
    mostOutput: mostListed,
  });
  checkExit(record, result, { wanted: 'list services', name });
  const found = parseServices(result.output);
  if (name !== undefined && found.length === 0) throw unknownService(record, name);
  return found;
}

/** Starts, stops, restarts, enables or disables a service. */
export async function controlService(
  engine: EngineContext,
  record: ContainerRecord,
  { name, action }: { name: string; action: ServiceAction },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { args, withinSeconds } = serviceCommand(record);
  checkName(name);
  if (record.state.status !== 'running') throw notRunning(record);
  const result = await runInContainer(engine, record, {
    args: [...args, action, name],
    deadlineMs: withinSeconds === undefined ? actionDeadlineMs : withinSeconds * 1000,
    signal,
  }).catch((error: unknown) => {
    throw hasCode(error, 'PCH_DEADLINE') ? late(record, name, action, error) : error;
  });
  checkExit(record, result, { wanted: `${action} ${name}`, name });
}

function late({ id, name }: ContainerRecord, service: string, action: string, cause: Error): PouchError {
  return new PouchError('PCH_DEADLINE', `${action} of ${service} in ${name}: ${cause.message}`, {
    container: id,
    hint: `its init may still be at it: pouch svc status ${name} ${service}`,
    cause,
  });
}
