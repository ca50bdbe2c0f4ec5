/** Reads an untrusted tar archive, entry by entry. */
import type { DataInput } from './dataStream.ts';
import { blockBytes, decodeBlock, paddingOf, parseRecords, type TarEntry, withRecords } from './tarHeader.ts';

/** Bytes of the extended headers of one entry, which are kept in memory. */
const mostExtended = 1024 * 1024;

/**
 * Yields the entries of an archive; its end may be missing, and what fills the last block, as in the context of
 * `docker build -f -`, but no content. The consumer takes the content
 * of an entry from the input; what it leaves is skipped.
 * @throws Error with the code PCH_ARCHIVE_INVALID
 */
export function* entriesOf(input: DataInput, content: EntryContent): Generator<TarEntry> {
  for (;;) {
    const entry = asInvalid(() => nextEntry(input));
    if (!entry) return;
    content.begin(entry.size);
    yield entry;
    asInvalid(() => content.skip());
    asInvalid(() => input.take(paddingOf(entry.size)));
  }
}

/** The content of the entry that was read last. */
export class EntryContent {
  readonly #input: DataInput;
  #left = 0;

  constructor(input: DataInput) {
    this.#input = input;
  }

  begin(size: number): void {
    this.#left = size;
  }

  passTo(write: (bytes: Buffer) => void): void {
    asInvalid(() =>
      this.#input.passTo(this.#left, (bytes) => {
        this.#left -= bytes.length;
        write(bytes);
      }),
    );
  }

  skip(): void {
    this.#input.passTo(this.#left, () => undefined);
    this.#left = 0;
  }
}

function nextEntry(input: DataInput): TarEntry | undefined {
  const records = new Map<string, string>();
  for (let extended = 0; ;) {
    const block = input.take(blockBytes);
    if (block.length === 0 && extended === 0) return undefined;
    if (block.length < blockBytes) throw new Error('unexpected end of the archive');
    const entry = decodeBlock(block);
    if (!entry) return undefined;
    if (!Number.isSafeInteger(entry.size) || entry.size < 0) throw new Error('invalid size of an entry');
    if (!'xgLK'.includes(entry.type)) return checked(withRecords(entry, records));
    extended += blockBytes + entry.size;
    if (extended > mostExtended) throw new Error('an extended header is longer than 1 MiB');
    const bytes = Buffer.from(input.take(entry.size));
    if (bytes.length < entry.size) throw new Error('unexpected end of the archive');
    input.passTo(paddingOf(entry.size), () => undefined);
    note(records, entry.type, bytes);
  }
}

/** Global headers hold comments, and defaults that no program writes. */
function note(records: Map<string, string>, type: string, bytes: Buffer): void {
  const text = () => bytes.toString('latin1').replace(/\0.*$/s, '');
  if (type === 'L') records.set('path', text());
  else if (type === 'K') records.set('linkpath', text());
  else if (type === 'x') for (const [key, value] of parseRecords(bytes)) records.set(key, value);
}

function checked(entry: TarEntry): TarEntry {
  const { size, uid, gid, name, linkname, type } = entry;
  const isWhole = [size, uid, gid].every((number) => Number.isSafeInteger(number) && number >= 0);
  if (!isWhole) throw new Error(`invalid size or owner of ${name}`);
  if (name.includes('\0') || linkname.includes('\0')) throw new Error('a name has a zero byte');
  // Only files have content, whatever the header says.
  // A directory of an archive from before ustar.
  if (type === '0' && name.endsWith('/')) return { ...entry, type: '5', size: 0 };
  return '123456'.includes(type) ? { ...entry, size: 0 } : entry;
}

/** Errors of the file system have a code. */
function asInvalid<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw invalid(error);
  }
}

function invalid(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined) return error;
  return Object.assign(new Error(`the archive is damaged: ${message}`), { code: 'PCH_ARCHIVE_INVALID' });
}
