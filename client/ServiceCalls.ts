import { containerPath } from './ContainerCalls.ts';
import type { Transport } from './Transport.ts';
import type { ContainerServiceWire } from './wire.ts';

/** Calls on services of rich containers. `ref` is that of the container. */
export class ServiceCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The services that the container's init knows, by name. */
  list(ref: string): Promise<ContainerServiceWire[]> {
    return this.#transport.json('GET', servicesPath(ref));
  }

  /** One of them. */
  inspect(ref: string, service: string): Promise<ContainerServiceWire> {
    return this.#transport.json('GET', servicesPath(ref, service));
  }

  /** Resolves when its init has done it. */
  async control(
    ref: string,
    service: string,
    action: 'start' | 'stop' | 'restart' | 'enable' | 'disable',
  ): Promise<void> {
    await this.#transport.json('POST', servicesPath(ref, service, action));
  }
}

function servicesPath(ref: string, ...more: string[]): string {
  return [
    '/pouch',
    containerPath(ref, 'services'),
    ...more.map((part) => `/${encodeURIComponent(part)}`),
  ].join('');
}
