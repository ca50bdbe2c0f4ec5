import { isAbsolute, resolve } from 'node:path';
import { invalidOption } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';

const flag = '-v, --volume';
const form = '[HOST-PATH-OR-NAME:]/CONTAINER/PATH[:OPTIONS]';

export interface VolumeFlags {
  binds: string[];
  /** Anonymous volumes by destination. */
  anonymous: Record<string, object>;
}

/**
 * Parses `-v`: `/host:/inside[:ro]`, `./relative:/inside`, `name:/inside`, or `/inside` alone for an anonymous volume.
 * @throws PCH_OPTION_INVALID
 */
export function parseVolumes(texts: string[]): VolumeFlags {
  const result: VolumeFlags = { binds: [], anonymous: {} };
  for (const text of texts) {
    const parts = text.split(':');
    if (parts.length === 1) result.anonymous[destination(parts[0], text)] = {};
    else result.binds.push(parseBind(parts, text));
  }
  return result;
}

function parseBind(parts: string[], text: string): string {
  const [source = '', target, options, ...rest] = parts;
  if (source === '' || options === '' || rest.length > 0) throw invalidOption(flag, form, text);
  const fields = [absoluteSource(source, text), destination(target, text)];
  return [...fields, ...(options === undefined ? [] : [options])].join(':');
}

/**
 * A source that starts with `/` or `.` is a path, made absolute here because the daemon has another working
 * directory.
 */
function absoluteSource(source: string, text: string): string {
  if (isAbsolute(source)) return source;
  if (source.startsWith('.')) return resolve(source);
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(source)) return source;
  throw invalidOption(flag, 'a host path (/… or ./…) or a volume name (letters, digits, _ . -)', text);
}

function destination(path: string | undefined, text: string): string {
  if (!path?.startsWith('/')) throw invalidOption(flag, form, text);
  if (path === '/') throw invalidOption(flag, 'a destination below /', text);
  return path;
}

/** Converts `--tmpfs /run[:OPTIONS]` to options by destination. @throws PCH_OPTION_INVALID */
export function parseTmpfs(texts: string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [path, options = ''] = splitOnce(text, ':');
      if (!path.startsWith('/')) throw invalidOption('--tmpfs', '/CONTAINER/PATH[:OPTIONS]', text);
      return [path, options];
    }),
  );
}
