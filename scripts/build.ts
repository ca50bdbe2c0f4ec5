/**
 * `npm run build`: the code generated from the protos, the bundle of the daemon (dist/), the executable bin/pouch,
 * and the native parts of runlxc.
 * What is up to date is left alone. Types are checked by `npm run check`.
 */
import { resolve } from 'node:path';
import { bundle } from './build/bundle.ts';

await import('./generateProtos.ts');
await bundle(resolve(import.meta.dirname, '..'));
await import('./buildCli.ts');
await import('./buildNative.ts');
