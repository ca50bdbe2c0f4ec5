/** Runs the compressions of all logs, one at a time: the output of containers has precedence. */
export class Compressor {
  #last: Promise<void> = Promise.resolve();

  run(work: () => Promise<void>): void {
    this.#last = this.#last.then(work);
  }
}
