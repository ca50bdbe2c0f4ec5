/**
 * `npm run build`: generates code from the protos, bundles the daemon (dist/), and builds the executable bin/pouch
 * and the native parts of runlxc.
 * Skips what is up to date. `npm run check` checks types.
 */
import { resolve } from 'node:path';
import { bundle } from './build/bundle.ts';

await import('./generateProtos.ts');
await bundle(resolve(import.meta.dirname, '..'));
await import('./buildCli.ts');
await import('./buildNative.ts');
