import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { newest } from './newest.ts';

/** Modules that others import, and what they import. */
const entries = ['hooks/index.ts', 'client/index.ts', 'testing/index.ts'];
const sources = [
  'hooks',
  'client',
  'testing',
  'config',
  'core',
  'package-lock.json',
  'scripts/build/types.ts',
];

/**
 * Writes the declarations of the modules for plugin authors to dist/types, so that their compilers need not accept the
 * settings of Pouch's sources. Does nothing if they are up to date, or without TypeScript.
 */
export function declareTypes(root: string): void {
  const target = join(root, 'dist/types');
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isUpToDate = sources.every((source) => newest(join(root, source)) < builtAt);
  if (isUpToDate || !statSync(compiler, { throwIfNoEntry: false })) return;
  const temporary = `${target}.${process.pid}`;
  const now = new Date();
  try {
    mkdirSync(temporary, { recursive: true });
    // `npm run check` checks the types.
    const options = [
      '--noEmit',
      'false',
      '--emitDeclarationOnly',
      '--declaration',
      '--noCheck',
      '--skipLibCheck',
    ];
    const language = ['--target', 'es2023', '--module', 'nodenext', '--strict', '--types', 'node'];
    const paths = ['--ignoreConfig', '--rootDir', root, '--outDir', temporary];
    const imports = ['--allowImportingTsExtensions', '--rewriteRelativeImportExtensions'];
    execFileSync(
      process.execPath,
      [compiler, ...options, ...language, ...imports, ...paths, ...entries.map((entry) => join(root, entry))],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], timeout: 120_000 },
    );
    // The entries use them; their declarations do not.
    for (const inner of ['core', 'config']) rmSync(join(temporary, inner), { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
    utimesSync(target, now, now);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
