import { Client } from '../client/index.ts';

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
  /** `-H`. */
  host: string | undefined;
  private connected: Client | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** The daemon's client: `-H`, else POUCH_HOST, else the default socket. */
  get client(): Client {
    const host = this.host ?? (this.terminal.env['POUCH_HOST'] || undefined);
    return (this.connected ??= new Client(host === undefined ? {} : { host }));
  }

  /** One line on stdout. */
  print(line: string): void {
    this.terminal.stdout.write(`${line}\n`);
  }

  /** One line on stderr. */
  warn(line: string): void {
    this.terminal.stderr.write(`${line}\n`);
  }

  close(): void {
    this.connected?.close();
  }
}
