/** A file that rotation has removed and a reader had not opened. */
interface Missed {
  number: number;
  bytes: number;
}

interface Reader {
  /** Number of the file that it reads; undefined until it has opened one. */
  at: number | undefined;
  missed: Missed[];
}

/** Entries of one reader's list: a reader that never comes back must not fill the memory. */
const maxMissed = 64;

/** The readers of one log, for which rotation keeps files a while. */
export class LogHolds {
  readonly #readers = new Map<string, Reader>();

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  /** `at` is the number of the file that it reads already, if it does. */
  add(token: string, at: number | undefined): void {
    this.#readers.set(token, { at, missed: [] });
  }

  remove(token: string): void {
    this.#readers.delete(token);
  }

  /** A reader has opened a file. Returns the bytes of the files that it missed since its last one. */
  reached(token: string, number: number): number {
    const reader = this.#readers.get(token);
    if (reader === undefined) return 0;
    const missed = reader.missed.filter((file) => file.number < number);
    reader.missed = reader.missed.filter((file) => file.number > number);
    // Where a reader begins is its own choice: nothing before is missing.
    const isFirst = reader.at === undefined;
    reader.at = number;
    return isFirst ? 0 : missed.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether a reader has still to open the file. */
  wants(number: number): boolean {
    return [...this.#readers.values()].some(({ at = 0 }) => at < number);
  }

  /** A file of that size has been removed. */
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
