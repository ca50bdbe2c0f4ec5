/**
 * The library ssh2, as far as the gateway uses it. It is loaded when a gateway serves, and not bundled: others pay
 * nothing for it. Its published types would bring types of another Node.
 */
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Duplex, Writable } from 'node:stream';

export interface Library {
  Server: new (options: ServerOptions, onConnection: (client: Client, info: ClientInfo) => void) => Server;
  utils: {
    /** An error for another text. */
    parseKey(text: string): PublicKey | Error;
    generateKeyPairSync(type: 'ed25519'): { private: string; public: string };
  };
}

interface ServerOptions {
  hostKeys: string[];
  /** A part of the version that clients see. */
  ident: string;
  /** Milliseconds. */
  keepaliveInterval: number;
  keepaliveCountMax: number;
}

interface PublicKey {
  getPublicSSH(): Buffer;
  verify(data: Buffer, signature: Buffer, hash?: string): boolean | Error;
}

export interface Server {
  /** Serves a client that another server has accepted. */
  injectSocket(socket: Socket): void;
}

interface ClientInfo {
  ip: string;
  port: number;
}

type Reply = (() => void) | undefined;

export interface Client extends EventEmitter {
  end(): void;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'authentication', listener: (context: AuthContext) => void): this;
  on(event: 'session', listener: (accept: () => Session, reject: () => void) => void): this;
  on(
    event: 'tcpip',
    listener: (
      accept: () => Channel,
      reject: () => void,
      target: { destIP: string; destPort: number },
    ) => void,
  ): this;
  on(event: 'request', listener: (accept: Reply, reject: Reply) => void): this;
}

export type AuthContext = { username: string; accept(): void; reject(methodsLeft?: string[]): void } & (
  | { method: 'none' | 'password' | 'keyboard-interactive' | 'hostbased' }
  | {
      method: 'publickey';
      key: { algo: string; data: Buffer };
      /** Missing: the client asks whether the key would do. */
      signature?: Buffer;
      /** What is signed. */
      blob?: Buffer;
      hashAlgo?: string;
    }
);

export interface WindowSize {
  rows: number;
  cols: number;
}

/** Replies are undefined where the client wants none. */
export interface Session extends EventEmitter {
  on(
    event: 'pty',
    listener: (accept: Reply, reject: Reply, info: WindowSize & { term?: string }) => void,
  ): this;
  on(event: 'window-change', listener: (accept: Reply, reject: Reply, info: WindowSize) => void): this;
  on(
    event: 'env',
    listener: (accept: Reply, reject: Reply, info: { key: string; val: string }) => void,
  ): this;
  on(event: 'shell', listener: (accept: () => Channel, reject: Reply) => void): this;
  on(
    event: 'exec',
    listener: (accept: () => Channel, reject: Reply, info: { command: string }) => void,
  ): this;
  on(
    event: 'subsystem',
    listener: (accept: () => Channel, reject: Reply, info: { name: string }) => void,
  ): this;
}

export interface Channel extends Duplex {
  stderr: Writable;
  exit(code: number): void;
}

export function loadLibrary(): Library {
  const require = createRequire(import.meta.url);
  return require('ssh2') as Library;
}
