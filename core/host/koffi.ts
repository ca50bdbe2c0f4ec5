/** koffi, from the modules of this project. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Koffi from 'koffi';

/** Bun's compiled executable holds no native modules; it lies in bin/, beside the project's node_modules. */
const from = process.versions['bun'] ? join(dirname(process.execPath), '../package.json') : import.meta.url;

export const koffi = createRequire(from)('koffi') as typeof Koffi;
