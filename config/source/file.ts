import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../problem.ts';
import { readDocument } from './document.ts';
import type { ConfigDocument } from './document.ts';

/** The default file, which may be missing. */
export const defaultFile = '/etc/pouch/pouchd.yaml';

/** Limit in bytes, far above any hand-written file. */
const largestFile = 1024 * 1024;

/**
 * Reads the named file, or the default file if it exists.
 * @throws ConfigError PCH_CONFIG_NOT_FOUND, PCH_CONFIG_UNREADABLE
 */
export function readConfigFile(
  named: string | undefined,
  fallback = defaultFile,
): ConfigDocument | undefined {
  const { file, text } = readConfigText(named, fallback);
  return text === undefined ? undefined : readDocument(file, text);
}

/**
 * Reads the text of the named file, or of the default file, which may be missing.
 * @throws ConfigError PCH_CONFIG_NOT_FOUND, PCH_CONFIG_UNREADABLE
 */
export function readConfigText(
  named: string | undefined,
  fallback = defaultFile,
): { file: string; text: string | undefined } {
  const file = resolve(named ?? fallback);
  try {
    return { file, text: decode(file, readLimited(file)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof ConfigError || !code) throw error;
    if (code === 'ENOENT' && named === undefined) return { file, text: undefined };
    throw code === 'ENOENT' || code === 'ENOTDIR' ? notFound(file, error) : unreadable(file, code, error);
  }
}

/** Never blocks: FIFOs, devices and directories are rejected before a read. */
function readLimited(file: string): Buffer {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile())
      throw unreadable(file, stats.isDirectory() ? 'a directory' : 'a device, a FIFO or a socket');
    if (stats.size > largestFile) throw tooLarge(file, stats.size);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const problem = { file, path: '', expected: 'UTF-8 text', found: 'other bytes' };
    throw new ConfigError('PCH_CONFIG_UNREADABLE', [problem], 'save the file as UTF-8', error);
  }
}

function notFound(file: string, cause: unknown): ConfigError {
  const problem = { file, path: '', expected: 'a configuration file', found: 'no such file' };
  return new ConfigError(
    'PCH_CONFIG_NOT_FOUND',
    [problem],
    'pass an existing file to --config, or omit the option',
    cause,
  );
}

function unreadable(file: string, found: string, cause?: unknown): ConfigError {
  const problem = { file, path: '', expected: 'a readable file', found };
  return new ConfigError(
    'PCH_CONFIG_UNREADABLE',
    [problem],
    'use a regular file that pouchd may read',
    cause,
  );
}

function tooLarge(file: string, size: number): ConfigError {
  const problem = { file, path: '', expected: `at most ${largestFile} bytes`, found: `${size} bytes` };
  return new ConfigError('PCH_CONFIG_UNREADABLE', [problem], 'pass the right file to --config');
}
