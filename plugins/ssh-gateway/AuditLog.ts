/** One JSON object per line; the file and five older ones. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const keptFiles = 5;

/** A line. Empty fields are left out. */
export interface AuditEntry {
  event: 'login' | 'refused' | 'begin' | 'end';
  /** Address and port of the client. */
  client: string;
  /** What the client asked to log in as. */
  login?: string;
  /** User of the gateway. */
  who?: string;
  /** Fingerprint. */
  key?: string;
  container?: string;
  containerId?: string;
  /** User inside. */
  user?: string;
  what?: string;
  /** Where a forwarded connection leads. */
  target?: string;
  command?: string;
  bytesIn?: number;
  bytesOut?: number;
  ms?: number;
  /** An exit code, or why it was refused or failed. */
  result?: string;
}

export class AuditLog {
  readonly #path: string;
  readonly #maxBytes: number;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }

  /** On disk when it returns. @throws Error of the file system: then nothing may be allowed */
  write(entry: AuditEntry): void {
    this.#rotate();
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
    appendFileSync(this.#path, line, { mode: 0o600 });
  }

  #rotate(): void {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#maxBytes) return;
    for (let number = keptFiles; number > 0; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${this.#path}.${number}`);
    }
  }
}
