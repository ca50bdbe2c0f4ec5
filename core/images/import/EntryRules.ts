import { posix } from 'node:path';
import { type ImportReport, count } from './ImportReport.ts';
import { importInvalid, importTooLarge } from './importError.ts';

/** An entry of a tar with its extended headers applied. */
export interface TarEntry {
  name: string;
  link: string;
  mode: number;
  type: string;
  /** Bytes in the tar. */
  size: number;
  /** Bytes of the file, with its holes. */
  apparentSize: number;
  hasCapabilities: boolean;
}

/** More files than hosts have. */
const maxEntries = 10_000_000;

/** Bytes of all files, with holes: unpacking writes those as zeros. */
const maxBytes = 2 ** 40;

/** Linux's PATH_MAX and NAME_MAX. */
const maxPath = 4096;
const maxName = 255;
const maxDepth = 512;

const kinds = { hardLink: '1', charDevice: '3', blockDevice: '4', volumeLabel: 'V' } as const;
/** Files, links, directories, FIFOs, contiguous files and GNU's sparse files. */
const known = '01234567SV';

/** Decides which entries of a tar an image gets. */
export class EntryRules {
  readonly #report: ImportReport;
  /** Hard links to these have no target. */
  readonly #leftOut = new Set<string>();

  constructor(report: ImportReport) {
    this.#report = report;
  }

  /** Returns whether the image gets the entry. @throws PCH_IMPORT_INVALID, PCH_IMPORT_TOO_LARGE */
  keeps(entry: TarEntry): boolean {
    const path = insidePath(entry.name);
    this.#count(entry);
    const { type } = entry;
    if (!known.includes(type)) throw importInvalid(`"${entry.name}" has the unknown type "${type}"`);
    const target = type === kinds.hardLink ? insidePath(entry.link) : undefined;
    if (type === kinds.volumeLabel) return false;
    if (this.#isDevice(entry, target)) return this.#leaveOut(path, this.#report.devices);
    if (hasWhiteout(path)) return this.#leaveOut(path, this.#report.whiteouts);
    if ('07S'.includes(type)) this.#noteRights(path, entry);
    return true;
  }

  #count({ name, apparentSize }: TarEntry): void {
    const report = this.#report;
    if (++report.entries > maxEntries) throw importTooLarge(`it has more than ${maxEntries} entries`);
    report.bytes += apparentSize;
    if (report.bytes > maxBytes)
      throw importTooLarge(`with "${name}" (${apparentSize} bytes) its files exceed ${maxBytes} bytes`);
  }

  #isDevice({ type }: TarEntry, target: string | undefined): boolean {
    if (type === kinds.charDevice || type === kinds.blockDevice) return true;
    return target !== undefined && this.#leftOut.has(target);
  }

  #leaveOut(path: string, counted: ImportReport['devices']): false {
    this.#leftOut.add(path);
    count(counted, path);
    return false;
  }

  #noteRights(path: string, { mode, hasCapabilities }: TarEntry): void {
    if ((mode & 0o6000) !== 0) count(this.#report.setuid, path);
    if (hasCapabilities) count(this.#report.capabilities, path);
  }
}

/** Returns the absolute path of an entry. @throws PCH_IMPORT_INVALID, PCH_IMPORT_TOO_LARGE */
function insidePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw importInvalid(`"${name}" leaves the root directory`);
  if (name.includes('\0')) throw importInvalid('a name has a NUL character');
  if (name.length > maxPath || parts.some((part) => part.length > maxName))
    throw importTooLarge(`a path has more than ${maxPath} characters, or a name more than ${maxName}`);
  if (parts.length > maxDepth) throw importTooLarge(`a directory is deeper than ${maxDepth}`);
  return posix.join('/', ...parts);
}

function hasWhiteout(path: string): boolean {
  return path.includes('/.wh.');
}
