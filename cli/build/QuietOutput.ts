import type { Writable } from 'node:stream';
import type { ProgressMessage } from '../../client/index.ts';
import { plainProgress } from '../output/plainProgress.ts';
import type { ProgressView } from '../output/progressView.ts';

/** Messages that are kept. */
const most = 1000;

/** Keeps the end of the output of a build, which is shown if it fails. */
export class QuietOutput implements ProgressView {
  readonly #messages: ProgressMessage[] = [];
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  update(message: ProgressMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > most) this.#messages.shift();
  }

  end(): void {
    // Nothing is shown of a build that succeeds.
  }

  print(): void {
    const view = plainProgress(this.#stream);
    for (const message of this.#messages) view.update(message);
  }
}
