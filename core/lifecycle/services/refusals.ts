/** Errors of what inits are asked to do. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { serviceExits, type ServiceCommands } from '../../../hooks/richServices.ts';
import type { CommandResult } from '../exec/runInContainer.ts';
import { isServiceName } from './parseServices.ts';

/** Characters of a message of an init that are shown. */
const longestReason = 500;

/** @throws PCH_INIT_CANNOT if the init of the container has no services, or it has none */
export function serviceCommand(record: ContainerRecord): ServiceCommands {
  const { services } = record.draft.rich;
  if (services) return services;
  throw initCannot(record, 'an init that manages services', {
    hint: 'systemd and sysvinit do; containers that an earlier Pouch created have to be created again',
  });
}

/** The init of a container, or that it has none, is not what a call needs. */
export function initCannot(
  { id, name, draft }: ContainerRecord,
  expected: string,
  { hint }: { hint: string },
): PouchError {
  const found = draft.rich.enabled ? `rich mode ${draft.rich.mode}` : 'a plain container without one';
  return new PouchError('PCH_INIT_CANNOT', `${name}: expected ${expected}, found ${found}`, {
    container: id,
    hint,
  });
}

/** @throws PCH_BAD_REQUEST for what no init would take as the name of a service */
export function checkName(name: string): void {
  if (isServiceName(name)) return;
  throw new PouchError(
    'PCH_BAD_REQUEST',
    `expected the name of a service: letters, digits and :_.@-, found "${name.slice(0, 80)}"`,
    { hint: '`pouch svc ls` lists the services of a container' },
  );
}

export function unknownService({ id, name }: ContainerRecord, service: string): PouchError {
  return new PouchError('PCH_UNIT_NOT_FOUND', `${name} has no service ${service}`, {
    container: id,
    hint: `pouch svc ls -a ${name}`,
  });
}

/**
 * Checks how the command of a rich mode has ended.
 * @param wanted - what the init was to do
 * @throws PCH_UNIT_NOT_FOUND, PCH_INIT_CANNOT, PCH_UNIT_FAILED
 */
export function checkExit(
  record: ContainerRecord,
  { exitCode, output }: CommandResult,
  { wanted, name }: { wanted: string; name?: string | undefined },
): void {
  if (exitCode === 0) return;
  if (exitCode === serviceExits.unknownService && name !== undefined) throw unknownService(record, name);
  const reason = lastLines(output) || `its init ended with code ${exitCode}`;
  if (exitCode === serviceExits.refused)
    throw new PouchError('PCH_INIT_CANNOT', `${record.name} cannot ${wanted}: ${reason}`, {
      container: record.id,
    });
  throw new PouchError('PCH_UNIT_FAILED', `${record.name} cannot ${wanted}: ${reason}`, {
    container: record.id,
    ...(name !== undefined && { hint: `pouch svc logs ${record.name} ${name}` }),
  });
}

/** In one line, without characters that could control a terminal. */
function lastLines(output: string): string {
  const lines = output.replaceAll(/[^\n\P{C}]/gu, ' ').split('\n');
  const kept = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('See "'));
  return kept.slice(-4).join('; ').slice(-longestReason);
}
