import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import { type Healthcheck, isProbed } from '../../../hooks/healthcheck.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';

/** Docker's least duration. */
const leastMs = 1;
const durations = ['interval', 'timeout', 'startPeriod', 'startInterval'] as const;

/** The request's health check over the image's, field by field. @throws PCH_OPTION_INVALID */
export function applyHealthcheck(draft: ContainerDraft, { healthcheck: asked }: ContainerRequest): void {
  const given = Object.entries(asked ?? {}).filter(([, value]) => value !== undefined);
  const check: Healthcheck = { ...draft.healthcheck, ...Object.fromEntries(given) };
  checkHealthcheck(check);
  const { Shell = [] } = draft.image.config.config ?? {};
  if (check.test?.[0] === 'CMD-SHELL' && !check.shell && Shell.length > 0) check.shell = [...Shell];
  if (Object.keys(check).length > 0) draft.healthcheck = check;
}

/** @throws PCH_OPTION_INVALID */
function checkHealthcheck(check: Healthcheck): void {
  checkTest(check);
  for (const name of durations) {
    const ms = check[name];
    if (ms !== undefined && !(ms >= leastMs))
      throw invalidField(
        `healthcheck.${name}`,
        `expected ${leastMs} ms or more, found ${ms} ms`,
        'choose more',
      );
  }
  const { retries = 1 } = check;
  if (!Number.isInteger(retries) || retries < 0)
    throw invalidField(
      'healthcheck.retries',
      `expected 0 or more, found ${retries}`,
      'choose another number',
    );
}

function checkTest(check: Healthcheck): void {
  const [kind, ...words] = check.test ?? [];
  if (kind !== undefined && !['NONE', 'CMD', 'CMD-SHELL'].includes(kind))
    throw invalidField(
      'healthcheck.test',
      `expected CMD, CMD-SHELL or NONE as its first word, found "${kind.slice(0, 60)}"`,
      `an image may have it: ${field('healthcheck.test')} of the container replaces that one`,
    );
  if (isProbed(check) && words.length === 0)
    throw invalidField('healthcheck.test', `expected a command after ${kind}, found none`, 'add one');
  const { onFailure = 'none' } = check;
  if (onFailure !== 'none' && !isProbed(check))
    throw invalidField(
      'healthcheck.onFailure',
      `expected a health check, found none to ${onFailure} after`,
      `add ${field('healthcheck.test')}`,
    );
}
