/** A session in which buildkitd finds the images of this host, so that it pulls none that Pouch has. */
import { randomBytes } from 'node:crypto';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import type { DaemonContext, HostImage } from '../../hooks/index.ts';
import { contentService, type ControlClient } from './ControlClient.ts';
import { loadRequest } from './loadRequest.ts';
import { encode, Message } from './wire.ts';

const health = '/grpc.health.v1.Health/Check';
/** Has the name of the store that is asked for. */
const storeHeader = 'buildkit-attachable-store-id';
/** Of a build that looks an image up, by the repository that it knows. */
const lookUp = 'look-up ';
/** Of a load. */
const plain = 'load';
/** Bytes of a part. */
const partSize = 1 << 20;

const same = (bytes: Buffer): Buffer => bytes;
const method = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});

/** What a build starts from instead of what its Dockerfile names. */
export interface SourceRule {
  from: string;
  to: string;
  attrs: Readonly<Record<string, string>>;
}

/**
 * BuildKit asks it for the manifest of an image before it builds on it. Pouch has BuildKit load the image then, so that
 * the build itself names it as its Dockerfile does: a build in which BuildKit replaces a source loses its names and
 * --no-cache (v0.13).
 */
export class ContentSession {
  readonly #id = randomBytes(12).toString('hex');
  readonly #server = new Server();
  readonly #images: DaemonContext['images'];
  readonly #loading = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  #control: ControlClient | undefined;

  constructor(images: DaemonContext['images']) {
    this.#images = images;
    this.#server.addService(
      {
        info: method(`${contentService}/Info`, false),
        read: method(`${contentService}/Read`, true),
        check: method(health, false),
      },
      {
        info: (
          { request, metadata }: ServerUnaryCall<Buffer, Buffer>,
          done: (error: object | null, reply?: Buffer) => void,
        ) =>
          void this.#info(new Message(request).text(1), String(metadata.get(storeHeader)[0] ?? '')).then(
            (reply) => done(null, reply),
            (error: Error) => done({ code: status.NOT_FOUND, details: error.message }),
          ),
        read: (call: ServerWritableStream<Buffer, Buffer>) =>
          void this.#read(call).catch((error: Error) =>
            call.emit('error', { code: status.NOT_FOUND, details: error.message }),
          ),
        check: (_call: unknown, done: (error: null, reply: Buffer) => void) => done(null, encode([[1, 1]])),
      },
    );
  }

  /** Offers the images to the daemon, until `stop`. Resolves when the daemon has closed the connection. */
  async start(control: ControlClient): Promise<void> {
    this.#control = control;
    const connection = control.session({
      'x-docker-expose-session-uuid': this.#id,
      'x-docker-expose-session-name': 'pouch',
      'x-docker-expose-session-sharedkey': '',
      'x-docker-expose-session-grpc-method': [`${contentService}/Info`, `${contentService}/Read`, health],
    });
    this.#server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(connection);
    await new Promise((resolve) => connection.once('close', resolve));
  }

  stop(): void {
    this.#stopped.abort();
    this.#server.forceShutdown();
  }

  /** What turns references to images of this host into these images. */
  rules(images: readonly HostImage[]): SourceRule[] {
    return images.flatMap(({ names, manifest }) =>
      names.flatMap((name) => this.rulesFor(name, name.replace(/:[^:/]*$/, ''), manifest)),
    );
  }

  rulesFor(name: string, repository: string, manifest: string): SourceRule[] {
    const from = `docker-image://${name}`;
    const to = `oci-layout://${repository}@${manifest}`;
    return [{ from, to, attrs: this.#attrs(`${lookUp}${repository}`) }];
  }

  #attrs(store: string): Record<string, string> {
    return { 'oci.session': this.#id, 'oci.store': store };
  }

  async #info(digest: string, store: string): Promise<Buffer> {
    const size = await this.#images.size(digest);
    if (size === undefined) throw new Error(`${digest}: not found`);
    const [, repository] = store.split(lookUp);
    if (repository !== undefined) await this.#haveLoaded(repository, digest);
    const info = encode([
      [1, digest],
      [2, size],
    ]);
    return encode([[1, info]]);
  }

  async #haveLoaded(repository: string, manifest: string): Promise<void> {
    const key = `${repository}@${manifest}`;
    const loading = this.#loading.get(key) ?? this.#load(repository, manifest);
    this.#loading.set(key, loading);
    await loading.finally(() => this.#loading.delete(key));
  }

  /** Unless BuildKit has it, with all layers: it would look for those that lack in a registry. */
  async #load(repository: string, manifest: string): Promise<void> {
    const control = this.#control;
    if (!control || (await control.sources(manifest)).includes(repository)) return;
    const request = loadRequest(`oci-layout://${repository}@${manifest}`, this.#attrs(plain));
    await control.solve(request, this.#stopped.signal);
  }

  async #read(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
    const request = new Message(call.request);
    const digest = request.text(1);
    const total = await this.#images.size(digest);
    if (total === undefined) throw new Error(`${digest}: not found`);
    let offset = request.integer(2);
    const size = request.integer(3) || total - offset;
    for await (const bytes of this.#images.read(digest, offset, size)) {
      for (let at = 0; at < bytes.length; at += partSize) {
        const part = bytes.subarray(at, at + partSize);
        const isTaken = call.write(
          encode([
            [1, offset],
            [2, part],
          ]),
        );
        offset += part.length;
        if (!isTaken) await new Promise((resolve) => call.once('drain', resolve).once('cancelled', resolve));
        if (call.cancelled) return;
      }
    }
    call.end();
  }
}

/** A policy for buildctl. Only rules with the default kind of match can change the identifier. */
export function policyJson(rules: readonly SourceRule[]): string {
  return JSON.stringify({
    version: 1,
    rules: rules.map(({ from, to, attrs }) => ({
      action: 'CONVERT',
      selector: { identifier: from },
      updates: { identifier: to, attrs },
    })),
  });
}

const convert = 2;

/** The same as moby.buildkit.v1.sourcepolicy.Policy. */
export function policyMessage(rules: readonly SourceRule[]): Buffer {
  return encode([
    [1, 1],
    ...rules.map(({ from, to, attrs }): [number, Buffer] => [
      2,
      encode([
        [1, convert],
        [2, encode([[1, from]])],
        [
          3,
          encode([
            [1, to],
            ...Object.entries(attrs).map(([key, value]): [number, Buffer] => [
              2,
              encode([
                [1, key],
                [2, value],
              ]),
            ]),
          ]),
        ],
      ]),
    ]),
  ]);
}
