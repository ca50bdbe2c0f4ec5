import { readFileSync } from 'node:fs';

/** Beside the sources, and one up from them when they are compiled. */
const candidates = ['../package.json', '../../package.json'];

/** Pouch's version, from package.json. */
export const version = readVersion();

function readVersion(): string {
  for (const path of candidates) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (name === 'pouch') return version;
    } catch {
      // The other place has it.
    }
  }
  return 'unknown';
}
