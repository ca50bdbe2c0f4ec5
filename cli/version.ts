import { readFileSync } from 'node:fs';

/** Set when the executable is compiled. */
declare const pouchVersion: string | undefined;

/** Version of `pouch`: compiled in, or from its package.json. */
export const version: string = typeof pouchVersion === 'string' ? pouchVersion : packageVersion();

function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Sources are one level below package.json, compiled files two.
    }
  }
  return '0.0.0';
}
