import { Client } from '../client/index.ts';
import { clientOptions, type ConnectionFlags } from './connection.ts';
import type { PouchCommand } from './PouchCommand.ts';
import { printable } from './output/printable.ts';

/** What the process gives a command: streams and environment. Tests hand in their own. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
}

/** One invocation of `pouch`. */
export class Session {
  readonly terminal: Terminal;
  /** What the process ends with. */
  exitCode = 0;
  /** `-H` and the options beside it. */
  connection: ConnectionFlags = {};
  /** Loads every command: for completions. Set where the tree is built. */
  loadAll: (() => Promise<PouchCommand>) | undefined;
  private connected: Client | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** The client of the daemon that the options or the environment name. */
  get client(): Client {
    return (this.connected ??= new Client(clientOptions(this.connection, this.terminal.env)));
  }

  /** One line on stdout. */
  print(line: string): void {
    this.terminal.stdout.write(`${printable(line)}\n`);
  }

  /** One line on stderr. */
  warn(line: string): void {
    this.terminal.stderr.write(`${printable(line)}\n`);
  }

  close(): void {
    this.connected?.close();
  }
}
