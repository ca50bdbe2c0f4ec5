/** Finds the log driver of a container, and checks its options. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import { PouchError } from '../../hooks/errors.ts';
import { field } from '../../hooks/fields.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import type { ContainerRequest } from '../../hooks/request.ts';
import { logDrivers, type OwnedLogDriver, requestedLogDriver } from '../logDrivers/LogDrivers.ts';
import type { Generation } from '../plugins/index.ts';
import { blamed } from './blame.ts';
import { checkCompression, checkLogOptions } from './request/log.ts';

/**
 * Puts the defaults of the requested driver in the place of those of pouchd.yaml, below the request.
 * @throws PCH_OPTION_INVALID
 */
export async function applyLogDefaults(
  draft: ContainerDraft,
  { log: requested }: Pick<ContainerRequest, 'log'>,
  generation: Pick<Generation, 'contributions'>,
): Promise<BlameEntry[]> {
  const driver = logDrivers(generation).get(draft.log.driver);
  const blame = await blamed(draft, driver?.plugin ?? 'core', 'logDriver', () => {
    Object.assign(draft.log.options, driver?.defaults, requested?.options);
  });
  checkCompression(draft.log.options, requested?.options);
  return blame;
}

/** @throws PCH_OPTION_INVALID, and what the driver refuses with */
export async function planLog(
  draft: ContainerDraft,
  generation: Pick<Generation, 'contributions'>,
): Promise<OwnedLogDriver> {
  checkLogOptions(draft.log.options);
  const driver = requestedLogDriver(generation, draft.log);
  await driver.check(draft).catch((error: unknown) => {
    throw inField(error);
  });
  return driver;
}

/** The user is at fault, unless the plugin fails. */
function inField(error: unknown): unknown {
  if (!(error instanceof PouchError) || error.code !== 'PCH_OPTION_INVALID') return error;
  const { hint, plugin } = error;
  return new PouchError('PCH_OPTION_INVALID', `${field('log.options')}: ${error.message}`, {
    field: 'log.options',
    ...(hint !== undefined && { hint }),
    ...(plugin !== undefined && { plugin }),
  });
}
