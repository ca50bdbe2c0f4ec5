import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { streamPaths } from '../layout.ts';
import type { StreamsConfig } from '../protocol.ts';

/** The keeper's state: one small file per container, on a tmpfs, so that a new keeper can go on where one died. */
export function saveConfig(ioDir: string, config: StreamsConfig): void {
  const { config: path } = streamPaths(ioDir, config.container);
  writeFileSync(`${path}.new`, JSON.stringify(config), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeConfig(ioDir: string, container: string): void {
  rmSync(streamPaths(ioDir, container).config, { force: true });
}

/** What an earlier keeper held. Calls `damaged` for files that cannot be read and goes on. */
export function savedConfigs(
  ioDir: string,
  damaged: (container: string, error: unknown) => void,
): StreamsConfig[] {
  const found: StreamsConfig[] = [];
  for (const entry of readdirSync(ioDir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    try {
      found.push(JSON.parse(readFileSync(streamPaths(ioDir, entry.name).config, 'utf8')) as StreamsConfig);
    } catch (error) {
      // No file: the daemon has made the directory, but its `open` did not come.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') damaged(entry.name, error);
    }
  }
  return found;
}
