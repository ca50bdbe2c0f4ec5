/** An NRI plugin for tests: it behaves as a test says, also as no plugin should. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import * as nri from '../../../plugins/nri/gen/nri.ts';
import { Request, Response } from '../../../plugins/nri/gen/ttrpc.ts';
import { decoder, encode, type Message } from './framing.ts';

const service = 'nri.pkg.api.v1alpha1';

/** What to respond; `hang`: nothing, `die`: the connection ends. */
type Reply<T> = T | 'hang' | 'die' | Error;

export interface Behaviour {
  index?: string;
  name?: string;
  /** 0: all. */
  events?: nri.Event[];
  synchronize?: (request: nri.SynchronizeRequest) => Reply<nri.DeepPartial<nri.SynchronizeResponse>>;
  create?: (
    request: nri.CreateContainerRequest,
  ) =>
    | Reply<nri.DeepPartial<nri.CreateContainerResponse>>
    | Promise<nri.DeepPartial<nri.CreateContainerResponse>>;
  update?: (request: nri.UpdateContainerRequest) => Reply<nri.DeepPartial<nri.UpdateContainerResponse>>;
  stop?: (request: nri.StopContainerRequest) => Reply<nri.DeepPartial<nri.StopContainerResponse>>;
  state?: (request: nri.StateChangeEvent) => Reply<object>;
}

interface Codec {
  decode(bytes: Uint8Array): unknown;
}

interface Encoder {
  fromPartial(value: object): unknown;
  encode(value: never): { finish(): Uint8Array };
}

export class NriTestPlugin {
  readonly socket: Socket;
  /** Of the calls so far: `CreateContainer web`, `StateChange POST_START_CONTAINER web`. */
  readonly calls: string[] = [];
  configured: nri.ConfigureRequest | undefined;
  synchronized: nri.SynchronizeRequest | undefined;
  behaviour: Behaviour;
  readonly #pending = new Map<number, (response: Response) => void>();
  #stream = 1;

  private constructor(socket: Socket, behaviour: Behaviour) {
    this.socket = socket;
    this.behaviour = behaviour;
    const read = decoder();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (const message of read(chunk)) void this.#receive(message);
    });
  }

  /** Resolves when it knows the containers that exist. @throws Error if pouchd refuses it */
  static async connect(path: string, behaviour: Behaviour = {}): Promise<NriTestPlugin> {
    const socket = connect({ path });
    await once(socket, 'connect');
    const plugin = new NriTestPlugin(socket, behaviour);
    const { name = 'test', index = '10' } = behaviour;
    await plugin.call('RegisterPlugin', nri.RegisterPluginRequest, { pluginName: name, pluginIdx: index });
    const known = () => plugin.synchronized !== undefined || plugin.isClosed;
    if (!(await waitUntil(known, { withinMs: 30_000, everyMs: 5 })) || plugin.isClosed)
      throw new Error('the plugin was not synchronized');
    return plugin;
  }

  get isClosed(): boolean {
    return this.socket.destroyed || this.socket.closed;
  }

  /** Waits until pouchd has noticed too. */
  async close(): Promise<void> {
    this.socket.destroy();
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  async hasCall(pattern: RegExp): Promise<boolean> {
    const called = () => this.calls.some((call) => pattern.test(call));
    return await waitUntil(called, { withinMs: 30_000, everyMs: 5 });
  }

  async updateContainers(
    request: nri.DeepPartial<nri.UpdateContainersRequest>,
  ): Promise<nri.ContainerUpdate[]> {
    const payload = await this.call('UpdateContainers', nri.UpdateContainersRequest, request);
    return nri.UpdateContainersResponse.decode(payload).failed;
  }

  /** A call of the service of the runtime. */
  async call(method: string, form: Encoder, value: object): Promise<Buffer> {
    const stream = this.#stream;
    this.#stream += 2;
    const payload = Buffer.from(form.encode(form.fromPartial(value) as never).finish());
    const body = Request.encode(Request.create({ service: `${service}.Runtime`, method, payload })).finish();
    const response = new Promise<Response>((resolve, reject) => {
      this.#pending.set(stream, resolve);
      this.socket.once('close', () => reject(new Error('pouchd has closed the connection')));
    });
    this.socket.write(encode({ connection: 2, stream, type: 1, body: Buffer.from(body) }));
    const { status, payload: result } = await response;
    if (status && status.code !== 0) throw new Error(status.message);
    return result;
  }

  async #receive({ connection, stream, type, body }: Message): Promise<void> {
    if (connection === 2 && type === 2) return void this.#pending.get(stream)?.(Response.decode(body));
    const { method, payload } = Request.decode(body);
    const reply = await this.#replyTo(method, payload);
    if (reply === 'hang') return;
    if (reply === 'die') return void this.socket.destroy();
    const response =
      reply instanceof Error
        ? Response.create({ status: { code: 2, message: reply.message } })
        : Response.create({ payload: Buffer.from(reply) });
    const bytes = Buffer.from(Response.encode(response).finish());
    if (!this.isClosed) this.socket.write(encode({ connection: 1, stream, type: 2, body: bytes }));
  }

  async #replyTo(method: string, payload: Buffer): Promise<Reply<Uint8Array>> {
    switch (method) {
      case 'Configure':
        this.configured = nri.ConfigureRequest.decode(payload);
        return encoded(nri.ConfigureResponse, { events: mask(this.behaviour.events ?? []) });
      case 'Synchronize':
        return this.#synchronize(nri.SynchronizeRequest.decode(payload));
      case 'CreateContainer':
        return await this.#ask(
          method,
          payload,
          nri.CreateContainerRequest,
          nri.CreateContainerResponse,
          this.behaviour.create,
        );
      case 'UpdateContainer':
        return await this.#ask(
          method,
          payload,
          nri.UpdateContainerRequest,
          nri.UpdateContainerResponse,
          this.behaviour.update,
        );
      case 'StopContainer':
        return await this.#ask(
          method,
          payload,
          nri.StopContainerRequest,
          nri.StopContainerResponse,
          this.behaviour.stop,
        );
      case 'StateChange':
        return await this.#ask(method, payload, nri.StateChangeEvent, nri.Empty, this.behaviour.state);
      default:
        this.calls.push(method);
        return encoded(nri.Empty, {});
    }
  }

  #synchronize(request: nri.SynchronizeRequest): Reply<Uint8Array> {
    const { pods, containers } = this.synchronized ?? { pods: [], containers: [] };
    const all = {
      ...request,
      pods: [...pods, ...request.pods],
      containers: [...containers, ...request.containers],
    };
    const reply = this.behaviour.synchronize?.(all) ?? {};
    this.synchronized = all;
    if (typeof reply === 'string' || reply instanceof Error) return reply;
    return encoded(nri.SynchronizeResponse, { more: request.more, ...reply });
  }

  async #ask<T>(
    method: string,
    payload: Buffer,
    form: Codec,
    response: Encoder,
    behave: ((request: T) => Reply<object> | Promise<object>) | undefined,
  ): Promise<Reply<Uint8Array>> {
    const request = form.decode(payload) as T & Partial<nri.StateChangeEvent>;
    const event = request.event === undefined ? [] : [nameOf(request.event)];
    this.calls.push([method, ...event, request.container?.name ?? request.pod?.name].join(' '));
    const reply = (await behave?.(request)) ?? {};
    return typeof reply === 'string' || reply instanceof Error ? reply : encoded(response, reply);
  }
}

function encoded(form: Encoder, value: object): Uint8Array {
  return form.encode(form.fromPartial(value) as never).finish();
}

function mask(events: readonly nri.Event[]): number {
  return events.reduce<number>((bits, event) => bits | (1 << (event - 1)), 0);
}

function nameOf(event: nri.Event): string {
  return Object.entries(nri.Event).find(([, number]) => number === event)?.[0] ?? String(event);
}
