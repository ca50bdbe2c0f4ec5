/**
 * `npm run build`: generates code from the protos, bundles the daemon (dist/), declares the types for plugin authors
 * (dist/types), and builds the executable bin/pouch and the native parts of runlxc.
 * Skips what is up to date. `npm run check` checks types.
 */
import { resolve } from 'node:path';
import { bundle } from './build/bundle.ts';
import { declareTypes } from './build/types.ts';

await import('./generateProtos.ts');
const root = resolve(import.meta.dirname, '..');
await bundle(root);
declareTypes(root);
await import('./buildCli.ts');
await import('./buildNative.ts');
