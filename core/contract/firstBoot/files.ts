/** `write_files` and `runcmd` of user data. */
import { posix } from 'node:path';
import type { FirstFile } from './types.ts';
import {
  below,
  flagOf,
  invalidUserData,
  kindOf,
  mapAt,
  type Members,
  optionalText,
  textAt,
} from './readers.ts';

const fileKeys = ['path', 'content', 'encoding', 'owner', 'permissions', 'append', 'defer'];
const encodings = ['text/plain', 'b64', 'base64'];

export function fileAt(value: unknown, at: string): FirstFile {
  const members = mapAt(value, at, fileKeys);
  flagOf(members, 'defer', at, false);
  const path = textAt(members['path'], below(at, 'path'), {
    form: /^\/[^\p{Cc}]*[^/\p{Cc}]$/u,
    expected: 'an absolute path of a file',
  });
  return {
    path: posix.normalize(path),
    content: contentOf(members, at),
    owner: optionalText(members, 'owner', at, ownerForm) ?? 'root:root',
    mode: modeOf(members['permissions'], below(at, 'permissions')),
    append: flagOf(members, 'append', at, false),
  };
}

const ownerForm = {
  form: /^[a-z0-9_][a-z0-9_-]*(:[a-z0-9_][a-z0-9_-]*)?$/,
  expected: '`user` or `user:group`',
};

function contentOf(members: Members, at: string): string {
  const encoding =
    optionalText(members, 'encoding', at, { form: /./, expected: 'an encoding' }) ?? 'text/plain';
  if (!encodings.includes(encoding))
    throw invalidUserData(below(at, 'encoding'), `expected ${encodings.join(', ')}, found another one`);
  const content = optionalText(members, 'content', at, { form: /^/, expected: 'a text' }) ?? '';
  if (encoding === 'text/plain') return Buffer.from(content).toString('base64');
  const base64 = content.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return base64;
  throw invalidUserData(below(at, 'content'), 'expected base64, found another text');
}

/** YAML 1.1, which cloud-init reads, takes 0644 without quotes for an octal number. */
function modeOf(value: unknown, at: string): number {
  if (value === undefined || value === null) return 0o644;
  const mode =
    typeof value === 'number'
      ? value
      : /^[0-7]{1,4}$/.test(String(value))
        ? Number.parseInt(String(value), 8)
        : NaN;
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  throw invalidUserData(at, `expected permissions such as '0644', found ${kindOf(value)} of another form`);
}

/** A line for a shell, or a program and its arguments. */
export function commandAt(value: unknown, at: string): string[] {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return ['/bin/sh', '-c', value];
  if (!Array.isArray(value) || value.length === 0)
    throw invalidUserData(at, `expected a text, or a list of texts, found ${kindOf(value)}`);
  return value.map((part) => textAt(part, at, { form: /^[^\0]*$/, expected: 'a text' }));
}
