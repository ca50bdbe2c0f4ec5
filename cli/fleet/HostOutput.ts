import type { Printer, Session } from '../Session.ts';

/** What is printed about one host of several: each line begins with its name. */
export class HostOutput implements Printer {
  exitCode = 0;
  readonly #session: Printer;
  readonly #prefix: string;

  /** @param width of the longest name */
  constructor(session: Session, host: string, width: number) {
    this.#session = session;
    this.#prefix = `${host.padEnd(width)} | `;
  }

  print(text: string): void {
    for (const line of text.split('\n')) this.#session.print(this.#prefix + line);
  }

  warn(text: string): void {
    for (const line of text.split('\n')) this.#session.warn(this.#prefix + line);
  }
}
