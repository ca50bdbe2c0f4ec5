/** Entries of journald's native protocol (systemd, "Native Journal Protocol"). */
import type { LoggedContainer, LogLine } from '../../hooks/index.ts';

/** Docker's: error for stderr, informational for stdout. */
const priorities = { stderr: '3', stdout: '6' } as const;

/** Docker's fields of a container, the same for all of its lines; the labels that `labels` names, too. */
export function containerFields(
  { id, name, image, labels }: Pick<LoggedContainer, 'id' | 'name' | 'image' | 'labels'>,
  { tag, wanted }: { tag: string; wanted: readonly string[] },
): Buffer {
  const shown = wanted.filter((label) => labels[label] !== undefined);
  return Buffer.concat([
    field('CONTAINER_ID', id.slice(0, 12)),
    field('CONTAINER_ID_FULL', id),
    field('CONTAINER_NAME', name),
    field('CONTAINER_TAG', tag),
    field('IMAGE_NAME', image),
    field('SYSLOG_IDENTIFIER', tag),
    ...shown.map((label) => field(fieldName(label), labels[label]!)),
  ]);
}

/** One datagram. @param container its fields */
export function journalEntry({ stream, time, text, partial }: LogLine, container: Buffer): Buffer {
  return Buffer.concat([
    field('MESSAGE', text),
    field('PRIORITY', priorities[stream]),
    field('SYSLOG_TIMESTAMP', time),
    ...(partial ? [field('CONTAINER_PARTIAL_MESSAGE', 'true')] : []),
    container,
  ]);
}

/** A value with a newline has its length before it, as 64 bits. */
function field(name: string, value: string): Buffer {
  if (!value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}

/** Capital letters, digits and `_`, at most 64, and a letter first: journald drops other fields. */
function fieldName(label: string): string {
  return label
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^[^A-Z]+/, '')
    .slice(0, 64);
}
