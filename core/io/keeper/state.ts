import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Type } from '@sinclair/typebox';
import { type StoredForm, parseStored, toStored } from '../../state/stored.ts';
import { streamPaths } from '../layout.ts';
import { type StreamsConfig, maxMessageBytes } from '../protocol.ts';

const form: StoredForm<StreamsConfig> = {
  version: 1,
  schema: Type.Object({
    container: Type.String({ minLength: 1 }),
    tty: Type.Boolean(),
    logPath: Type.Optional(Type.String({ pattern: '^/' })),
    maxSize: Type.Optional(Type.Number({ minimum: 0 })),
    maxFile: Type.Optional(Type.Number({ minimum: 0 })),
    compress: Type.Optional(Type.Boolean()),
  }),
};

/** Saves the state of one container. Each has a small file on a tmpfs, from which a new keeper continues. */
export function saveConfig(ioDir: string, config: StreamsConfig): void {
  const { config: path } = streamPaths(ioDir, config.container);
  writeFileSync(`${path}.new`, toStored(config, form), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeConfig(ioDir: string, container: string): void {
  rmSync(streamPaths(ioDir, container).config, { force: true });
}

/** Returns the state that an earlier keeper saved. Calls `damaged` for each file that cannot be used. */
export function savedConfigs(
  ioDir: string,
  damaged: (container: string, error: unknown) => void,
): StreamsConfig[] {
  const found: StreamsConfig[] = [];
  for (const entry of readdirSync(ioDir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    try {
      found.push(savedConfig(ioDir, entry.name));
    } catch (error) {
      // The daemon created the directory, but the keeper did not receive `open`.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') damaged(entry.name, error);
    }
  }
  return found;
}

function savedConfig(ioDir: string, container: string): StreamsConfig {
  const { config: path } = streamPaths(ioDir, container);
  const stored = parseStored(readSmall(path), path, form);
  if (stored.state !== 'sound') throw new Error(stored.problem);
  const { value } = stored;
  if (value.container !== container)
    throw new Error(`${path}: container: expected ${container}, found ${JSON.stringify(value.container)}`);
  return value;
}

/** Any other kind of file could block the keeper, and a large one could fill its memory. */
function readSmall(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(`${path}: expected a regular file`);
    if (stat.size > maxMessageBytes)
      throw new Error(`${path}: expected at most ${maxMessageBytes} bytes, found ${stat.size}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
