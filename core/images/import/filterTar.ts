import { ByteReader } from './ByteReader.ts';
import { EntryRules, type TarEntry } from './EntryRules.ts';
import { importInvalid, importTooLarge } from './importError.ts';
import type { ImportReport } from './ImportReport.ts';
import { type TarHeader, blockBytes, parseHeader, parsePax, paxSize } from './tarHeader.ts';

/** Bytes of an extended header: long names, links and attributes. */
const maxExtendedBytes = 1 << 20;

/** Extended headers precede the entry that they are about. */
interface Extended {
  pax: Map<string, string>;
  name?: string;
  link?: string;
  /** All their blocks, unchanged. */
  raw: Buffer[];
}

/**
 * Yields the tar of a root file system without the entries that an image cannot have. The others stay byte for byte as
 * they are, with attributes and holes. Counts in the report.
 * @throws PCH_IMPORT_INVALID, PCH_IMPORT_TOO_LARGE
 */
export async function* filterTar(
  source: AsyncIterable<Buffer>,
  report: ImportReport,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  const rules = new EntryRules(report);
  let extended: Extended = { pax: new Map(), raw: [] };
  for (;;) {
    const block = await wholeBlock(reader);
    if (block.every((byte) => byte === 0)) break;
    const header = parseHeader(block);
    if ('xgLK'.includes(header.type)) {
      await readExtended(reader, block, header, extended);
      continue;
    }
    const entry = entryOf(header, extended);
    const isKept = rules.keeps(entry);
    if (isKept) yield* [...extended.raw, block];
    extended = { pax: new Map(), raw: [] };
    for await (const bytes of body(reader, header, entry.size)) if (isKept) yield bytes;
  }
  if (report.entries === 0) throw importInvalid('the tar has no entries');
  yield Buffer.alloc(2 * blockBytes);
  await drain(reader);
}

/** The sender may write more zeros, and would fail if nobody read them. */
async function drain(reader: ByteReader): Promise<void> {
  const most = 16 << 20;
  const from = reader.offset;
  while ((await reader.read(blockBytes)).length > 0)
    if (reader.offset - from > most) throw importInvalid('other data follows the end of the tar');
}

async function wholeBlock(reader: ByteReader): Promise<Buffer> {
  const block = await reader.read(blockBytes);
  if (block.length === blockBytes) return block;
  throw importInvalid(reader.offset === 0 ? 'the stream is empty' : 'the tar is cut off');
}

async function readExtended(
  reader: ByteReader,
  block: Buffer,
  { type, size }: TarHeader,
  into: Extended,
): Promise<void> {
  if (size > maxExtendedBytes) throw importTooLarge(`an extended header has ${size} bytes`);
  const padded = await reader.read(roundUp(size));
  if (padded.length < roundUp(size)) throw importInvalid('the tar is cut off');
  const data = padded.subarray(0, size);
  // Global headers have comments only, such as git's, and unpacking ignores them.
  if (type === 'g') return;
  if (type === 'x') into.pax = parsePax(data);
  else if (type === 'L') into.name = untilNul(data);
  else into.link = untilNul(data);
  into.raw.push(block, padded);
  if (into.raw.length > 8) throw importInvalid('an entry has more than four extended headers');
}

function entryOf(header: TarHeader, { pax, name, link }: Extended): TarEntry {
  const size = pax.get('size');
  const stored = size === undefined ? header.size : paxSize(size);
  const sparse = pax.get('GNU.sparse.realsize') ?? pax.get('GNU.sparse.size');
  return {
    name: pax.get('GNU.sparse.name') ?? pax.get('path') ?? name ?? header.name,
    link: pax.get('linkpath') ?? link ?? header.link,
    type: header.type,
    mode: header.mode,
    // Links, directories and devices have no data, whatever their size is.
    size: '123456'.includes(header.type) ? 0 : stored,
    apparentSize: sparse === undefined ? (header.sparseSize ?? stored) : paxSize(sparse),
    hasCapabilities: pax.has('SCHILY.xattr.security.capability'),
  };
}

async function* body(reader: ByteReader, header: TarHeader, size: number): AsyncGenerator<Buffer> {
  for (let more = header.isExtended; more;) {
    const map = await wholeBlock(reader);
    more = map[504] !== 0;
    yield map;
  }
  const end = reader.offset + roundUp(size);
  yield* reader.pass(roundUp(size));
  if (reader.offset < end) throw importInvalid('the tar is cut off');
}

function roundUp(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}

function untilNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('utf8', 0, end === -1 ? data.length : end);
}
