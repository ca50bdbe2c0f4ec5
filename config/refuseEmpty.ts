import { ConfigError } from './problem.ts';
import { declaredSections } from './schema/declared.ts';
import type { PouchConfig } from './types.ts';

/** The configuration that a new one would replace. */
export interface InForce {
  readonly config: PouchConfig;
  readonly file?: string;
  readonly isMainEmpty: boolean;
}

/**
 * Refuses a main file that has become empty or missing, as a program that was killed while it wrote it leaves one.
 * @throws ConfigError PCH_CONFIG_INVALID
 */
export function refuseEmpty(
  before: InForce,
  after: { main?: string; isMainEmpty: boolean } | undefined,
): void {
  const isEmpty = after?.isMainEmpty ?? true;
  if (!isEmpty || before.isMainEmpty || before.file === undefined) return;
  if (declaredSections.every((section) => Object.keys(before.config[section]).length === 0)) return;
  const found = after?.main === undefined ? 'no such file' : 'an empty file';
  throw new ConfigError(
    'PCH_CONFIG_INVALID',
    [{ file: before.file, path: '', expected: 'declarations', found }],
    'the last good files stay in force; a file that is to declare nothing has the line "apiVersion: pouch/v1"',
  );
}
