/** What this executable is: written into the bundle by install.ts. */
import { dirname } from 'node:path';

declare const standInVersion: string;

/** What `--version` prints, in the words of the shim whose place it takes. */
export const version = standInVersion;

/** The executable itself, and the folder of its records and faults. */
export const self = process.argv[1] ?? '';
export const folder = dirname(self);
