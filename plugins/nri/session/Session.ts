import type { Socket } from 'node:net';
import { type Containers, type Logger, messageOf, PouchError, toPouchError } from '../../../hooks/index.ts';
import { EventMask } from '../EventMask.ts';
import {
  Empty,
  RegisterPluginRequest,
  UpdateContainersRequest,
  UpdateContainersResponse,
} from '../gen/nri.ts';
import { methods, runtimeServiceName } from '../methods.ts';
import type { Options } from '../options.ts';
import type { Requests } from '../Requests.ts';
import { Mux, pluginService, runtimeService } from '../wire/Mux.ts';
import { codes, StatusError } from '../wire/status.ts';
import { TtrpcClient } from '../wire/TtrpcClient.ts';
import { type Handler, TtrpcServer } from '../wire/TtrpcServer.ts';
import { callMethod, NriPlugin } from './NriPlugin.ts';
import type { Launched, NriPlugins } from './NriPlugins.ts';
import { checkedName } from './pluginName.ts';
import { synchronize } from './synchronize.ts';

/** Calls of one plugin that Pouch serves at a time. */
const mostCalls = 64;

/** Bytes that a plugin has not read, before its connection is closed. */
const mostUnread = 16 * 2 ** 20;

const shutdownMs = 1_000;

export interface SessionOptions {
  readonly plugins: NriPlugins;
  readonly requests: Requests;
  readonly containers: Pick<Containers, 'list'>;
  readonly options: Options;
  readonly version: string;
  readonly log: Logger;
}

/** One connection: from the registration of a plugin to its end. */
export class Session {
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #launched: Launched | undefined;
  readonly #client: TtrpcClient;
  readonly #mux: Mux;
  readonly #registration: NodeJS.Timeout;
  #name: string | undefined;
  #plugin: NriPlugin | undefined;

  /** @param launched how pouchd has launched the plugin */
  constructor(socket: Socket, options: SessionOptions, launched?: Launched) {
    this.#socket = socket;
    this.#options = options;
    this.#launched = launched;
    this.#client = new TtrpcClient((bytes) => this.#mux.send(pluginService, bytes));
    const server = new TtrpcServer({
      handlers: this.#handlers(),
      send: (bytes) => this.#mux.send(runtimeService, bytes),
      mostCalls,
    });
    this.#mux = new Mux(
      (bytes) => this.#write(bytes),
      new Map([
        [pluginService, (bytes) => this.#client.receive(bytes)],
        [runtimeService, (bytes) => server.receive(bytes)],
      ]),
    );
    const { registrationTimeoutMs } = options.options;
    this.#registration = setTimeout(
      () => this.#close(notRegistered(registrationTimeoutMs)),
      registrationTimeoutMs,
    );
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#ended());
  }

  /** Announces the end of the runtime, and closes the connection. */
  async shutDown(): Promise<void> {
    const limits = { signal: AbortSignal.timeout(shutdownMs), timeoutMs: shutdownMs };
    // Whether it responds or not.
    if (this.#plugin) await callMethod(this.#client, methods.shutdown, {}, limits).catch(() => undefined);
    this.#socket.destroy();
  }

  #handlers(): Map<string, Handler> {
    return new Map<string, Handler>([
      [`/${runtimeServiceName}/RegisterPlugin`, async (payload) => this.#register(payload)],
      [`/${runtimeServiceName}/UpdateContainers`, async (payload) => await this.#updateContainers(payload)],
    ]);
  }

  /** The plugin has its response before the calls that follow. */
  #register(payload: Buffer): Uint8Array {
    const { pluginIdx, pluginName } = RegisterPluginRequest.decode(payload);
    if (this.#name !== undefined) throw new StatusError(codes.precondition, 'registered already');
    try {
      this.#name = this.#expected(checkedName(pluginIdx, pluginName));
    } catch (error) {
      setImmediate(() => this.#close(toPouchError(error)));
      throw new StatusError(codes.invalidArgument, messageOf(error));
    }
    clearTimeout(this.#registration);
    setImmediate(
      () => void this.#subscribe(this.#name!).catch((error: unknown) => this.#close(toPouchError(error))),
    );
    return Empty.encode(Empty.fromPartial({})).finish();
  }

  /** A launched plugin has the name of its file, and the rights and the configuration of that name. */
  #expected(name: string): string {
    if (this.#launched === undefined || this.#launched.name === name) return name;
    throw new PouchError(
      'PCH_NRI_REFUSED',
      `expected the plugin ${this.#launched.name}, found one that registers as ${name}`,
      { hint: 'register with NRI_PLUGIN_IDX and NRI_PLUGIN_NAME, or rename the executable' },
    );
  }

  async #subscribe(name: string): Promise<void> {
    const { plugins, requests, containers, options, version, log } = this.#options;
    const { requestTimeoutMs: timeoutMs, registrationTimeoutMs } = options;
    const { events } = await callMethod(
      this.#client,
      methods.configure,
      {
        config: options.plugins[name]?.config ?? this.#launched?.config ?? '',
        runtimeName: 'pouch',
        runtimeVersion: version,
        registrationTimeout: BigInt(registrationTimeoutMs),
        requestTimeout: BigInt(timeoutMs),
      },
      { signal: AbortSignal.timeout(timeoutMs), timeoutMs },
    );
    if (this.#socket.destroyed) return;
    const plugin = new NriPlugin(name, new EventMask(events), this.#client);
    plugins.add(plugin);
    this.#plugin = plugin;
    // It is among those that are called before the list is made: no container is missed.
    const records = containers.list({ all: true }).filter(({ damage }) => !damage);
    const updates = synchronize(this.#client, records, timeoutMs);
    await plugin.synchronizeBy(updates.then(() => undefined));
    log.info('an NRI plugin is connected', {
      nri: name,
      events: plugin.events.names,
      containers: records.length,
    });
    requests.start(name, { update: await updates, evict: [] });
  }

  async #updateContainers(payload: Buffer): Promise<Uint8Array> {
    if (!this.#plugin) throw new StatusError(codes.precondition, 'not registered');
    const { update, evict } = UpdateContainersRequest.decode(payload);
    const failed = await this.#options.requests.carryOut(this.#plugin.name, { update, evict });
    return UpdateContainersResponse.encode(UpdateContainersResponse.fromPartial({ failed })).finish();
  }

  #write(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > mostUnread) this.#close(readsNothing());
  }

  #receive(chunk: Buffer): void {
    try {
      this.#mux.receive(chunk);
    } catch (error) {
      this.#close(error instanceof PouchError ? error : notDecodable(error));
    }
  }

  /** Only this connection ends. */
  #close(error: PouchError): void {
    if (this.#socket.destroyed) return;
    const { code, message, hint } = error;
    this.#options.log.error('the connection of an NRI plugin is closed', {
      nri: this.#name ?? this.#launched?.name ?? 'not registered',
      code,
      error: message,
      ...(hint !== undefined && { hint }),
    });
    this.#socket.destroy();
  }

  #ended(): void {
    clearTimeout(this.#registration);
    const name = this.#name ?? 'a program';
    this.#client.close(
      new PouchError('PCH_NRI_NOT_CONNECTED', `the connection of the NRI plugin ${name} has ended`, {
        hint: 'start the plugin again, and repeat the operation',
      }),
    );
    if (!this.#plugin) return;
    this.#options.plugins.remove(this.#plugin);
    this.#options.log.info('an NRI plugin is not connected any more', { nri: name });
  }
}

function notRegistered(ms: number): PouchError {
  return new PouchError('PCH_NRI_REFUSED', `expected a registration within ${ms} ms, found none`, {
    hint: 'connect an NRI plugin (v1alpha1), or raise `registrationTimeoutMs`',
  });
}

function readsNothing(): PouchError {
  return new PouchError(
    'PCH_NRI_PROTOCOL',
    `expected a plugin that reads, found ${mostUnread / 2 ** 20} MiB that it has not read`,
  );
}

function notDecodable(error: unknown): PouchError {
  return new PouchError('PCH_NRI_PROTOCOL', `expected a protobuf message, found: ${messageOf(error)}`);
}
