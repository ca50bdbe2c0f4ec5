import type { OutputChunk } from '../../hooks/index.ts';
import type { LogProblem } from './log/ContainerLog.ts';

/**
 * What the daemon and the log keeper say to each other over the keeper's socket.
 *
 * A connection begins with requests, one JSON value per line, each answered by one. `subscribe` turns its connection
 * into a stream of frames: a byte for the kind, the payload's length (32 bits, big endian), the payload.
 */

/** A keeper that speaks another version hands over to a new one. */
export const protocolVersion = 2;

/** Bytes of the longest request or answer. */
export const maxMessageBytes = 1024 * 1024;

/** How a container's streams are read and logged; also the keeper's state file for it. */
export interface StreamsConfig {
  container: string;
  /** One stream, both directions, as a terminal has. */
  tty: boolean;
  /** Undefined: not logged. */
  logPath?: string | undefined;
  maxSize?: number | undefined;
  maxFile?: number | undefined;
}

export type KeeperRequest =
  | { op: 'hello' }
  | { op: 'open'; config: StreamsConfig }
  /** Answers when the streams have ended and all is logged, at the latest after `deadlineMs`. */
  | { op: 'finish'; container: string; deadlineMs: number }
  | { op: 'list' }
  /** Starts reading what was recovered; a fresh keeper waits for it so that subscribers can come back first. */
  | { op: 'resume' }
  | { op: 'shutdown' }
  /** A reader of a log: rotated files wait for it, in bounds. `inode`: of the file that it reads already. */
  | { op: 'follow'; logPath: string; token: string; inode?: string | undefined }
  /** It has opened another file. */
  | { op: 'reached'; logPath: string; token: string; inode: string }
  /** So does the end of the connection. */
  | { op: 'unfollow'; logPath: string; token: string }
  /** `token` names the subscriber in events; a `stallMs` of 0 never drops it. */
  | { op: 'subscribe'; container: string; token: string; stallMs: number };

export interface KeeperAnswers {
  hello: { version: number; pid: number };
  open: Record<string, never>;
  finish: { complete: boolean };
  list: { containers: string[] };
  resume: Record<string, never>;
  shutdown: Record<string, never>;
  follow: Record<string, never>;
  /** The file's number, unless nobody writes the log; bytes that were removed between the last file and this one. */
  reached: { number?: number; lost: number };
  unfollow: Record<string, never>;
}

/** What the keeper tells without being asked, to every connection that said hello. */
export type KeeperEvent =
  | ({ event: 'log-problem'; container: string } & LogProblem)
  | { event: 'dropped'; container: string; token: string };

export type Envelope<T> = T & { id: number };
export type Answer = { id: number; ok: true; result: unknown } | { id: number; ok: false; error: string };

export const frame = { ready: 0, stdout: 1, stderr: 2, end: 3, unknown: 4 } as const;
export type FrameKind = (typeof frame)[keyof typeof frame];

export const frameHeaderBytes = 5;

/** The whole frame in memory of its own. */
export function encodeFrame(kind: FrameKind, payload: Buffer = Buffer.alloc(0)): Buffer {
  const data = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  data.writeUInt8(kind, 0);
  data.writeUInt32BE(payload.length, 1);
  payload.copy(data, frameHeaderBytes);
  return data;
}

export function frameOf(stream: OutputChunk['stream'], payload: Buffer): Buffer {
  return encodeFrame(frame[stream], payload);
}
