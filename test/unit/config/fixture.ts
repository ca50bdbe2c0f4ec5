import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig as loadAll } from '../../../config/index.ts';
import type { LoadOptions, LoadedConfig, Problem } from '../../../config/index.ts';

type Overrides = Omit<LoadOptions, 'file'>;

/** Runs `use` with a temporary configuration file of this content. */
export function withConfigFile<T>(content: string | Buffer, use: (file: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'pouch-config-'));
  try {
    const file = join(directory, 'pouchd.yaml');
    writeFileSync(file, content);
    return use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Loads a configuration. A file that was applied to the default root is that of a pouchd of this host, and is not read.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const loaded = loadAll({ applied: null, ...options });
  return loaded.config.root === '/var/lib/pouch' ? loaded : loadAll(options);
}

/** Loads these lines, with `apiVersion` appended so that line numbers are kept. */
export function load(lines: string, overrides: Overrides = {}): LoadedConfig {
  return withConfigFile(`${lines}\napiVersion: pouch/v1\n`, (file) => loadConfig({ file, ...overrides }));
}

export function errorOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ConfigError, `threw ${String(error)}`);
    return error;
  }
  return assert.fail('did not throw');
}

/** Returns the problems of these lines, each as `LINE:COLUMN PATH: expected …, found … (hint)`. */
export function problemsOf(lines: string, overrides: Overrides = {}): string[] {
  return errorOf(() => load(lines, overrides)).problems.map(inOneLine);
}

export function inOneLine({ source, line, column, path, expected, found, hint }: Problem): string {
  const place = source ?? `${line}:${column}`;
  return `${place} ${path}: expected ${expected}, found ${found}${hint ? ` (${hint})` : ''}`;
}
