import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { containerPath } from './ContainerCalls.ts';
import { ClientError } from './errors.ts';
import type { Transport } from './Transport.ts';
import type { FilesystemChangeWire, PathStatWire } from './wire.ts';

/** How an archive is extracted into a container. */
export interface ExtractQuery {
  /** A directory of the container. */
  path: string;
  /** Refuses to replace a directory by another file, and the other way round. */
  noOverwriteDirNonDir?: boolean;
  /** Gives all files to the user of the container. */
  copyUIDGID?: boolean;
}

/** Calls that copy files of containers, which need not run. `ref` is a name, an id, or a prefix of an id. */
export class CopyCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Facts of a path; a link is not followed. */
  async stat(ref: string, path: string): Promise<PathStatWire> {
    const response = await this.#transport.open('HEAD', containerPath(ref, 'archive'), { query: { path } });
    response.resume();
    return statOf(response);
  }

  /** A path and what is below it, as a tar archive. A connection that breaks ends it with a ClientError. */
  async archive(ref: string, path: string): Promise<{ stat: PathStatWire; body: Readable }> {
    const response = await this.#transport.open('GET', containerPath(ref, 'archive'), { query: { path } });
    return { stat: statOf(response), body: this.#transport.bodyOf(response) };
  }

  /** Extracts a tar archive, compressed or not, into a directory of the container. */
  async extract(ref: string, tar: Readable, query: ExtractQuery): Promise<void> {
    const headers = { 'content-type': 'application/x-tar' };
    const options = { query: { ...query }, upload: tar, headers };
    await this.#transport.json('PUT', containerPath(ref, 'archive'), options);
  }

  /** What a container has changed of its image, by path. */
  changes(ref: string): Promise<FilesystemChangeWire[]> {
    return this.#transport.json('GET', containerPath(ref, 'changes'));
  }

  /** The root file system as a tar archive, without what is mounted over it. */
  export(ref: string): Promise<Readable> {
    return this.#transport.bytes('GET', containerPath(ref, 'export'));
  }
}

function statOf(response: IncomingMessage): PathStatWire {
  const text = String(response.headers['x-docker-container-path-stat'] ?? '');
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString()) as PathStatWire;
  } catch (cause) {
    throw new ClientError('PCH_DAEMON_UNREACHABLE', 'expected the facts of a path in a header, found none', {
      cause,
    });
  }
}
