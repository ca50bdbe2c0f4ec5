import type { LogRequest } from '../../../hooks/request.ts';
import { parseSize } from '../../contract/size.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

const drivers = ['json-file', 'none'];

/** Accepted without effect: what Docker's clients set beside the sizes. */
const withoutEffect = [
  'compress',
  'env',
  'env-regex',
  'labels',
  'labels-regex',
  'tag',
  'mode',
  'max-buffer-size',
];

/** @throws PCH_OPTION_INVALID for an unknown driver or option, or a value of the wrong form */
export function checkLog({ driver, options }: Partial<LogRequest>): void {
  if (driver && !drivers.includes(driver))
    throw invalidField(
      'log.driver',
      `no log driver is named "${driver}"`,
      `known are ${drivers.join(' and ')}`,
    );
  for (const [name, value] of Object.entries(options ?? {})) checkOption(name, value);
}

function checkOption(name: string, value: string): void {
  if (name === 'max-size') checkSize(value);
  else if (name === 'max-file') checkCount(value);
  else if (!withoutEffect.includes(name))
    throw invalidField(
      `log.options["${name}"]`,
      `no log option is named "${name}"`,
      'known are max-size and max-file',
    );
}

function checkSize(value: string): void {
  if (value === '-1' || (parseSize(value) ?? 0) > 0) return;
  throw invalidField(
    'log.options["max-size"]',
    `expected a size such as 10m, found "${value}"`,
    'use a number with b, k, m or g, or -1 for no limit',
  );
}

function checkCount(value: string): void {
  if (/^[1-9]\d{0,3}$/.test(value)) return;
  throw invalidField(
    'log.options["max-file"]',
    `expected 1 to 9999 files, found "${value}"`,
    'use a number such as 3',
  );
}
