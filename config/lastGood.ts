/**
 * The files as they were last in force: a start uses them if those of the host have mistakes. Their texts have
 * references as they are written, not the secrets that these name.
 */
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { FileText } from './source/files.ts';
import { readText } from './source/readText.ts';

const LastGood = Type.Object({
  version: Type.Literal(1),
  /** Absolute path of the main file, which may be missing: those of another one are not used. */
  main: Type.String(),
  /** In the order in which they are merged. */
  files: Type.Array(Type.Object({ file: Type.String(), text: Type.String() })),
});

/** @param root of pouchd */
export function lastGoodPath(root: string): string {
  return join(root, 'last-good-config.json');
}

/**
 * The content of the file at {@link lastGoodPath}.
 * @param main absolute path of the main file, which may be missing
 * @param files in the order in which they are merged
 */
export function lastGoodText(main: string, files: readonly FileText[]): string {
  return JSON.stringify({ version: 1, main, files });
}

/** Returns the files that were last in force; undefined if none are known, such as from a damaged record. */
export function readLastGood(root: string, main: string): readonly FileText[] | undefined {
  try {
    const record: unknown = JSON.parse(readText(lastGoodPath(root)));
    return Value.Check(LastGood, record) && record.main === main ? record.files : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the record has this content. */
export function isLastGood(root: string, text: string): boolean {
  try {
    return readText(lastGoodPath(root)) === text;
  } catch {
    return false;
  }
}
