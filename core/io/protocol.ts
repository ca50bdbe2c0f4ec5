import type { OutputChunk } from '../../hooks/index.ts';
import type { LogProblem } from './log/ContainerLog.ts';

/**
 * The protocol between the daemon and the log keeper on the keeper's socket.
 *
 * A connection begins with requests, one JSON value per line; each has one reply. `subscribe` turns its connection
 * into a stream of frames: a byte for the kind, the payload's length (32 bits, big endian), the payload.
 */

/** A keeper with another version is replaced. */
export const protocolVersion = 4;

/** Bytes of the longest request or reply. */
export const maxMessageBytes = 1024 * 1024;

/** How a container's streams are read and logged; also the keeper's state file for it. */
export interface StreamsConfig {
  container: string;
  /** A terminal: one stream for both outputs. */
  tty: boolean;
  /** Undefined: the output is not logged. */
  logPath?: string | undefined;
  maxSize?: number | undefined;
  maxFile?: number | undefined;
  /** Bytes of rotated files that wait for delivery to a log driver; undefined: it has none. */
  keepBytes?: number | undefined;
  /** Whether rotated files are compressed. */
  compress?: boolean | undefined;
}

export type KeeperRequest =
  | { op: 'hello' }
  | { op: 'open'; config: StreamsConfig }
  /** Replies when the streams have ended and all output is logged, at the latest after `deadlineMs`. */
  | { op: 'finish'; container: string; deadlineMs: number }
  | { op: 'list' }
  /** Starts reading recovered streams. A new keeper waits for it, so that subscribers can reconnect first. */
  | { op: 'resume' }
  | { op: 'shutdown' }
  /**
   * Adds a reader of a log, for which rotated files are kept within limits. `inode`: the file that it is reading, if
   * any.
   */
  | { op: 'follow'; logPath: string; token: string; inode?: string | undefined }
  /** The reader has opened another file. */
  | { op: 'reached'; logPath: string; token: string; inode: string }
  /** Removes the reader, as the end of the connection does. */
  | { op: 'unfollow'; logPath: string; token: string }
  /** `token` identifies the subscriber in events. A `stallMs` of 0 never disconnects it. */
  | { op: 'subscribe'; container: string; token: string; stallMs: number };

export interface KeeperReplies {
  hello: { version: number; pid: number };
  open: Record<string, never>;
  finish: { complete: boolean };
  list: { containers: string[] };
  resume: Record<string, never>;
  shutdown: Record<string, never>;
  follow: Record<string, never>;
  /**
   * The file's number, unless no run writes the log, and the bytes that were removed between the last file and this
   * one.
   */
  reached: { number?: number; lost: number };
  unfollow: Record<string, never>;
}

/** Sent by the keeper to every connection that has sent `hello`. */
export type KeeperEvent =
  | ({ event: 'log-problem'; container: string } & LogProblem)
  | { event: 'dropped'; container: string; token: string };

export type Envelope<T> = T & { id: number };
export type Reply = { id: number; ok: true; result: unknown } | { id: number; ok: false; error: string };

export const frame = { ready: 0, stdout: 1, stderr: 2, end: 3, unknown: 4 } as const;
export type FrameKind = (typeof frame)[keyof typeof frame];

export const frameHeaderBytes = 5;

/** Returns a frame in a new buffer. */
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
