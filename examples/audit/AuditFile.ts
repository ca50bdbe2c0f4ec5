import { appendFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AuditRecord } from './events.ts';

/** The records that `pouch audit` prints: lines in a file that is rotated, `audit.jsonl`, `audit.jsonl.1`, … */
export class AuditFile {
  readonly #path: string;
  readonly #maxSize: number;
  readonly #maxFile: number;

  constructor({ directory, maxSize, maxFile }: { directory: string; maxSize: number; maxFile: number }) {
    this.#path = join(directory, 'audit.jsonl');
    this.#maxSize = maxSize;
    this.#maxFile = maxFile;
  }

  async append(lines: readonly string[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const text = `${lines.join('\n')}\n`;
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }));
    if (size > 0 && size + Buffer.byteLength(text) > this.#maxSize) await this.#rotate();
    await appendFile(this.#path, text, { mode: 0o600 });
  }

  /** Oldest first. */
  async *records(signal: AbortSignal): AsyncGenerator<AuditRecord> {
    for (const path of this.#paths().toReversed()) {
      const file = await open(path).catch(ifMissing);
      for await (const line of file?.readLines({ signal }) ?? []) {
        const record = parsed(line);
        if (record) yield record;
      }
    }
  }

  /** Newest first. */
  #paths(): string[] {
    const older = Array.from({ length: this.#maxFile - 1 }, (_, index) => `${this.#path}.${index + 1}`);
    return [this.#path, ...older];
  }

  async #rotate(): Promise<void> {
    const paths = this.#paths();
    for (let index = paths.length - 1; index > 0; index--)
      await rename(paths[index - 1]!, paths[index]!).catch(ifMissing);
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** A disk that was full may have left half a line. */
function parsed(line: string): AuditRecord | undefined {
  try {
    return JSON.parse(line) as AuditRecord;
  } catch {
    return undefined;
  }
}
