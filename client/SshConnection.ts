import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';

/** A host that ssh(1) reaches, with the options of the user's ~/.ssh/config. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: number;
  /** Absolute path of pouchd's socket there; undefined: that of its `pouch`. */
  socket?: string;
}

/** Seconds: for the connection, and between signs of life, of which three may be missing. */
const connectTimeout = 20;
const aliveInterval = 15;

/** Characters of ssh's messages that an error has. */
const mostText = 500;

/** ssh has ended without a byte of a response: its own message says why. */
export class SshFailure extends Error {}

/** A connection to the daemon of a host: the streams of `ssh HOST pouch system dial-stdio`. */
export class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #hasRead = false;
  #errors = '';

  constructor(target: SshTarget) {
    super({ allowHalfOpen: true });
    // Ctrl-C of a terminal is for the command, which may pass it to a container: ssh is not in its process group.
    const child = spawn('ssh', sshArguments(target), { detached: true });
    this.#child = child;
    // What it means is known once the process has ended.
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      this.#hasRead = true;
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-mostText);
    });
    child.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      this.destroy(new SshFailure(code === 'ENOENT' ? 'ssh is not installed here' : message)),
    );
    child.once('close', (code) => {
      if (this.#hasRead) this.push(null);
      else this.destroy(new SshFailure(this.#reason(code)));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What http does with sockets, and ssh does by its own options.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.#child.ref();
    return this;
  }
  unref(): this {
    this.#child.unref();
    return this;
  }

  #reason(code: number | null): string {
    const lines = this.#errors.split(/\r?\n/).filter((line) => line.trim() !== '');
    const text = lines.slice(-3).join('; ');
    if (code === 127) return `pouch is not installed there, or not in the PATH: ${text}`;
    return text || `ssh has ended with exit code ${code}`;
  }
}

/** Connections over ssh for requests. */
export class SshAgent extends http.Agent {
  readonly #target: SshTarget;

  constructor(target: SshTarget, options: http.AgentOptions) {
    super(options);
    this.#target = target;
  }

  override createConnection(): Duplex {
    return new SshConnection(this.#target);
  }
}

/** It never asks for a password. No argument has a character that a shell interprets. */
function sshArguments({ host, user, port, socket }: SshTarget): string[] {
  return [
    ...['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${connectTimeout}`],
    ...['-o', `ServerAliveInterval=${aliveInterval}`, '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'pouch'],
    ...(socket === undefined ? [] : ['-H', `unix://${socket}`]),
    ...['system', 'dial-stdio'],
  ];
}
