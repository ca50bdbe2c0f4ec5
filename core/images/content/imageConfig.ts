/** Checks image configurations, which are untrusted, against the image-spec before they are used. */
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { ImageConfig } from '../../../hooks/image.ts';
import { isDigest } from './reference.ts';

/** Limits of entries. Each volume becomes a mount and a directory; the others are text. */
const maxEntries = { Volumes: 256, Env: 4096, Labels: 4096, ExposedPorts: 4096 };

const schema = TypeCompiler.Compile(ImageConfig);

type Json = Record<string, unknown>;

/**
 * Checks a parsed configuration. As in Go, null is the same as a missing field.
 * @throws the error that `refuse` creates from a message with the field
 */
export function checkedConfig(json: Json, refuse: (why: string) => Error): ImageConfig {
  const config: Json = {
    ...withoutNulls(json),
    architecture: json['architecture'] ?? '',
    os: json['os'] || 'linux',
    ...(isObject(json['config']) && { config: withoutNulls(json['config']) }),
    rootfs: { type: 'layers', ...(isObject(json['rootfs']) && withoutNulls(json['rootfs'])) },
    ...(Array.isArray(json['history']) && { history: json['history'].map(withoutNulls) }),
  };
  const fault = schema.Errors(config).First();
  if (fault) throw refuse(`${fieldOf(fault.path)}: ${expected(fault.message)}, found ${shown(fault.value)}`);
  checkContent(config as unknown as ImageConfig, refuse);
  return config as unknown as ImageConfig;
}

function checkContent({ created, config = {}, rootfs }: ImageConfig, refuse: (why: string) => Error): void {
  const notDigest = rootfs.diff_ids.find((id) => !isDigest(id));
  if (notDigest !== undefined) throw refuse(`rootfs.diff_ids: expected digests, found ${shown(notDigest)}`);
  if (created !== undefined && Number.isNaN(Date.parse(created)))
    throw refuse(`created: expected an RFC 3339 time, found ${shown(created)}`);
  for (const [field, max] of Object.entries(maxEntries)) {
    const count = Object.keys(config[field as keyof typeof maxEntries] ?? {}).length;
    if (count > max) throw refuse(`config.${field}: expected at most ${max} entries, found ${count}`);
  }
}

function withoutNulls<T>(value: T): T {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as T;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `/config/Env/0` → `config.Env.0` */
function fieldOf(path: string): string {
  const segments = path.split('/').slice(1);
  return segments.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.') || 'it';
}

/** TypeBox writes `Expected string`. */
function expected(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
