import { CliError } from '../../errors.ts';
import { headBytes, maxFiles, maxTotalBytes, wantsContent, wantsHead } from './wantedContent.ts';

/** Decides how much of each file an examination reads, within its limits. */
export class ContentBudget {
  #files = 0;
  #bytes = 0;

  /** Counts a file. Returns the bytes of it to read, 0 for none. @throws PCH_IMPORT_TOO_LARGE */
  take(path: string, size: number): number {
    if (++this.#files > maxFiles) throw tooLarge(`more than ${maxFiles} files`);
    if (size > 0 && wantsHead(path)) return Math.min(size, headBytes);
    if (size === 0 || !wantsContent(path, size)) return 0;
    this.#bytes += size;
    if (this.#bytes > maxTotalBytes) throw tooLarge(`more than ${maxTotalBytes} bytes of configuration`);
    return size;
  }
}

/** Returns the text of bytes that were read: a program's as one character per byte. */
export function contentText(path: string, bytes: Buffer): string {
  return bytes.toString(wantsHead(path) ? 'latin1' : 'utf8');
}

function tooLarge(found: string): CliError {
  return new CliError('PCH_IMPORT_TOO_LARGE', `cannot examine the source: it has ${found}`, 'check SOURCE');
}
