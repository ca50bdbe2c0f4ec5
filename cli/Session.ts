import { Client } from '../client/index.ts';
import { clientOptions, type ConnectionFlags } from './connection.ts';
import type { PouchCommand } from './PouchCommand.ts';
import { printable } from './output/printable.ts';

/** Streams and environment of a command; tests pass their own. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
}

/** Where a command prints, and what its exit code is. */
export interface Printer {
  exitCode: number;
  /** Prints a line to stdout. */
  print(line: string): void;
  /** Prints a line to stderr. */
  warn(line: string): void;
}

/** One invocation of `pouch`. */
export class Session implements Printer {
  readonly terminal: Terminal;
  /** Exit code of the process. */
  exitCode = 0;
  /** The global options. */
  connection: ConnectionFlags = {};
  /** Loads every command: for completions. Set where the tree is built. */
  loadAll: (() => Promise<PouchCommand>) | undefined;
  #connected: Client | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Client of the daemon given by the options or the environment; created on first use. */
  get client(): Client {
    return (this.#connected ??= new Client({
      ...clientOptions(this.connection, this.terminal.env),
      // pouchd names fields by their options for it.
      userAgent: 'pouch',
    }));
  }

  print(line: string): void {
    this.terminal.stdout.write(`${printable(line)}\n`);
  }

  warn(line: string): void {
    this.terminal.stderr.write(`${printable(line)}\n`);
  }

  close(): void {
    this.#connected?.close();
  }
}
