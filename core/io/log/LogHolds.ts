/** A file that rotation removed before a reader opened it. */
interface Missed {
  number: number;
  bytes: number;
}

interface Reader {
  /** Number of the file that it is reading; undefined until it has opened one. */
  at: number | undefined;
  missed: Missed[];
}

/** Length of a reader's list: a reader that never continues must not fill the memory. */
const maxMissed = 64;

/** The readers of one log, for which rotation keeps files. */
export class LogHolds {
  readonly #readers = new Map<string, Reader>();

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  /** `at` is the number of the file that the reader is reading, if any. */
  add(token: string, at: number | undefined): void {
    this.#readers.set(token, { at, missed: [] });
  }

  remove(token: string): void {
    this.#readers.delete(token);
  }

  /**
   * Called when a reader has opened a file. Returns the bytes of the files between its last one and this that it
   * missed.
   */
  reached(token: string, number: number): number {
    const reader = this.#readers.get(token);
    if (reader === undefined) return 0;
    const missed = reader.missed.filter((file) => file.number < number);
    reader.missed = reader.missed.filter((file) => file.number > number);
    // A reader begins where it chooses: it has missed nothing before.
    const isFirst = reader.at === undefined;
    reader.at = number;
    return isFirst ? 0 : missed.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether a reader has not opened the file yet. */
  wants(number: number): boolean {
    return [...this.#readers.values()].some(({ at = 0 }) => at < number);
  }

  /** Called when rotation has removed a file. */
  removed(number: number, bytes: number): void {
    for (const { at = 0, missed } of this.#readers.values())
      if (at < number) {
        missed.push({ number, bytes });
        if (missed.length > maxMissed) missed.splice(0, 2, joined(missed));
      }
  }
}

function joined([first, second]: readonly Missed[]): Missed {
  return { number: second?.number ?? 0, bytes: (first?.bytes ?? 0) + (second?.bytes ?? 0) };
}
