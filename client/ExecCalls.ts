import { containerPath } from './ContainerCalls.ts';
import type { Hijacked, Transport } from './Transport.ts';
import type { ExecCreateRequest, ExecCreateResponse, ExecInspect, ExecStartRequest } from './wire.ts';

/** Calls on exec instances: further processes in a running container. */
export class ExecCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Prepares a process in a running container; a start runs it. */
  create(container: string, body: ExecCreateRequest): Promise<ExecCreateResponse> {
    return this.#transport.json('POST', containerPath(container, 'exec'), { body });
  }

  /** Starts the process and returns; its output is discarded. */
  async startDetached(id: string): Promise<void> {
    await this.#transport.json('POST', `/exec/${id}/start`, {
      body: { Detach: true } satisfies ExecStartRequest,
    });
  }

  /** Starts it and connects to its streams: frames without a tty, raw bytes with one. */
  start(id: string, body: ExecStartRequest): Promise<Hijacked> {
    return this.#transport.hijack('POST', `/exec/${id}/start`, { body });
  }

  /** Sets the size of its terminal, in characters. */
  async resize(id: string, size: { height: number; width: number }): Promise<void> {
    await this.#transport.json('POST', `/exec/${id}/resize`, { query: { h: size.height, w: size.width } });
  }

  /** The state of an exec; its exit code once it has ended. */
  inspect(id: string): Promise<ExecInspect> {
    return this.#transport.json('GET', `/exec/${id}/json`);
  }
}
