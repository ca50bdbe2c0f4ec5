import { parseSize } from '../../contract/size.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** @throws PCH_OPTION_INVALID for a value of the wrong form, and for options of no log; others are the driver's */
export function checkLogOptions(options: Readonly<Record<string, string>> = {}, driver?: string): void {
  const [first] = Object.keys(options);
  if (driver === 'none' && first !== undefined)
    throw invalidField(
      'log.options',
      `expected no option with the log driver none, found ${first}`,
      'leave it out',
    );
  const { 'max-size': size, 'max-file': count, 'max-undelivered': undelivered, compress } = options;
  if (size !== undefined && size !== '-1') checkSize('max-size', size, ', or -1 for no limit');
  if (undelivered !== undefined) checkSize('max-undelivered', undelivered);
  if (count !== undefined) checkCount(count);
  if (compress !== undefined && !['true', 'false'].includes(compress))
    throw invalidField(
      'log.options["compress"]',
      `expected true or false, found "${compress}"`,
      'rotated files are compressed with true',
    );
}

/**
 * Requested compression needs files that are rotated and kept.
 * @throws PCH_OPTION_INVALID
 */
export function checkCompression(
  draft: Readonly<Record<string, string>>,
  requested: Readonly<Record<string, string>> = {},
): void {
  if (requested.compress !== 'true') return;
  const { 'max-size': size, 'max-file': count = '1' } = draft;
  if (size !== undefined && size !== '-1' && Number(count) > 1) return;
  throw invalidField(
    'log.options["compress"]',
    `expected files that are rotated and kept, found a max-size of ${size ?? '-1'} and a max-file of ${count}`,
    'set max-size, and max-file to 2 or more',
  );
}

function checkSize(name: 'max-size' | 'max-undelivered', value: string, more = ''): void {
  if ((parseSize(value) ?? 0) > 0) return;
  throw invalidField(
    `log.options["${name}"]`,
    `expected a size such as 10m, found "${value}"`,
    `use a number with b, k, m or g${more}`,
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
