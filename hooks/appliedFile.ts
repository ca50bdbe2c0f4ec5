import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';

/** What a client sends to be applied: a text as pouchd.yaml has it, with declared sections only. */
export const DeclarationFile = Type.Object(
  {
    /** As its user names it, for origins: `fleet.yaml`. */
    name: Type.String({ minLength: 1, maxLength: 4096, pattern: '^[^\\u0000-\\u001f]*$' }),
    text: Type.String(),
    /** Whose entry of `hosts` is merged over the common sections. */
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  },
  { additionalProperties: false },
);
export type DeclarationFile = Static<typeof DeclarationFile>;

/** The declarations in force in the place of those of the host's files. */
export const AppliedFile = Type.Object({
  version: Type.Literal(1),
  file: DeclarationFile,
  /** Who has applied it. */
  by: Type.String(),
  /** RFC 3339. */
  at: Type.String(),
});
export type AppliedFile = Static<typeof AppliedFile>;

/** A file that was applied and cannot be used: what it declares is not known. */
export interface LostFile {
  /** Its absolute path, also where it was put aside. */
  readonly file: string;
  /** What is in the place of what pouchd has written: `an empty file`, `EIO`. */
  readonly found: string;
  /** False: it may be whole, such as one that the disk does not return now. The next load reads it again. */
  readonly isDamaged: boolean;
}

/**
 * Path of the applied file: the host agent writes it, and each load of the configuration reads it.
 * @param root of pouchd
 */
export function appliedFilePath(root: string): string {
  return join(root, 'host-agent', 'applied.json');
}

/** Path of a damaged one that was put aside. While it exists, what was applied is not known. */
export function damagedFilePath(root: string): string {
  return `${appliedFilePath(root)}.damaged`;
}
