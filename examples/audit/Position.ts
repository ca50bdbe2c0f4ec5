import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditFile } from './AuditFile.ts';
import type { Sink } from './Outbox.ts';

/**
 * How far a destination has got: the last record that arrived there, in a file beside the records. After pouchd was
 * killed, the records behind it are delivered from the file of records.
 */
export class Position {
  readonly #directory: string;
  readonly #path: string;

  constructor(directory: string, destination: string) {
    this.#directory = directory;
    this.#path = join(directory, `${destination}.delivered`);
  }

  /** The sink, which notes what arrived. A position that cannot be written costs no delivery: records come twice. */
  keptBy(sink: Sink): Sink {
    return async (lines, signal) => {
      await sink(lines, signal);
      const last = lines.findLast((line) => !line.includes('"action":"audit.dropped"'));
      if (last !== undefined) await this.#write(last).catch(() => undefined);
    };
  }

  /** Calls `add` with each record that did not arrive, oldest first; with none for a new destination. */
  async missed(file: AuditFile, add: (line: string) => void, signal: AbortSignal): Promise<void> {
    const last = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (last === undefined)
      return await this.#write(JSON.stringify({ time: new Date().toISOString() })).catch(() => undefined);
    const from = timeOf(last);
    // Several records have the time of the last one: those before it have arrived.
    let isSameTime: string[] = [];
    for await (const record of file.records(signal)) {
      const line = JSON.stringify(record);
      const time = Date.parse(record.time);
      if (line === last) isSameTime = [];
      else if (time === from) isSameTime.push(line);
      else if (time > from) {
        for (const waiting of isSameTime.splice(0)) add(waiting);
        add(line);
      }
    }
    for (const waiting of isSameTime) add(waiting);
  }

  async #write(last: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(`${this.#path}.new`, last, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }
}

function timeOf(line: string): number {
  try {
    return Date.parse((JSON.parse(line) as { time: string }).time);
  } catch {
    // A file that was damaged: nothing is later than that.
    return Infinity;
  }
}
