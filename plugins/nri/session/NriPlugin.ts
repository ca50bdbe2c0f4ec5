import { type DeepPartial } from '../gen/nri.ts';
import type { Event } from '../gen/nri.ts';
import type { EventMask } from '../EventMask.ts';
import { type Method, pluginServiceName } from '../methods.ts';
import type { TtrpcClient } from '../wire/TtrpcClient.ts';

/** Limits of one call. */
export interface CallLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** A program that is registered and subscribed. */
export class NriPlugin {
  /** `10-foo`: the index, which decides the order, and the name. */
  readonly name: string;
  readonly since = new Date();
  readonly events: EventMask;
  readonly #client: TtrpcClient;
  #synchronized: Promise<void> = new Promise(() => {});

  constructor(name: string, events: EventMask, client: TtrpcClient) {
    this.name = name;
    this.events = events;
    this.#client = client;
  }

  wants(...events: Event[]): boolean {
    return events.some((event) => this.events.has(event));
  }

  /** From now on events wait until the plugin knows the containers that exist. */
  synchronizeBy(work: Promise<void>): Promise<void> {
    this.#synchronized = work;
    return work;
  }

  /**
   * Calls it after it has been synchronized.
   * @throws PCH_PLUGIN_FAILED, PCH_NRI_NOT_CONNECTED, or the reason of the signal
   */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: DeepPartial<Request>,
    limits: CallLimits,
  ): Promise<Response> {
    await this.#untilSynchronized(limits.signal);
    return await callMethod(this.#client, method, request, limits);
  }

  #untilSynchronized(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#synchronized.then(resolve, reject);
    });
  }
}

/** One call of the service `Plugin`. */
export async function callMethod<Request, Response>(
  client: TtrpcClient,
  { name, request: form, response }: Method<Request, Response>,
  request: DeepPartial<Request>,
  limits: CallLimits,
): Promise<Response> {
  const payload = form.encode(form.fromPartial(request)).finish();
  return response.decode(await client.call({ service: pluginServiceName, method: name, payload, ...limits }));
}
