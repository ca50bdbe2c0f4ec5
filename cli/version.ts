import { readFileSync } from 'node:fs';

/** Filled in when the executable is compiled. */
declare const POUCH_VERSION: string | undefined;

/** Version of this command: compiled in, or that of the package it runs from. */
export const version: string = typeof POUCH_VERSION === 'string' ? POUCH_VERSION : packageVersion();

function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not here: sources lie one level below the package, compiled files two.
    }
  }
  return '0.0.0';
}
