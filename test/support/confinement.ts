import { resolve } from 'node:path';

/** What confines plugins that a test loads without pouchd. */
export const confinement = { program: resolve(import.meta.dirname, '../../bin/pouch-confine'), hidden: [] };
