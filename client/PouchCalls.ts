import type { Hijacked, Transport } from './Transport.ts';
import type {
  BlameWire,
  ContainerCreateRequest,
  OperationWire,
  PlanResponse,
  PouchInfoResponse,
  RuntimeWire,
} from './wire.ts';

export interface RunQuery {
  name?: string;
  platform?: string;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** Pouch's own calls. */
export class PouchCalls {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** What a create would do, without doing it. */
  plan(
    body: ContainerCreateRequest,
    query: { name?: string; platform?: string } = {},
  ): Promise<PlanResponse> {
    return this.transport.json('POST', '/pouch/plan', { body, query });
  }

  /**
   * Creates, attaches to, starts and waits for a container without a terminal: frames with a {@link RunMessage} between
   * them. Ending the socket closes stdin.
   */
  run(body: ContainerCreateRequest, query: RunQuery): Promise<Hijacked> {
    return this.transport.hijack('POST', '/pouch/run', { body, query: { ...query } });
  }

  /** The plan that a container was made from. */
  storedPlan(ref: string): Promise<PlanResponse> {
    return this.transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/plan`);
  }

  /** Who set a field and what is below it, or all fields. */
  explain(ref: string, field?: string): Promise<BlameWire[]> {
    return this.transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/explain`, {
      query: { field },
    });
  }

  ops(): Promise<OperationWire[]> {
    return this.transport.json('GET', '/pouch/ops');
  }

  /** Every runtime of the daemon, usable or not. */
  runtimes(): Promise<RuntimeWire[]> {
    return this.transport.json('GET', '/pouch/runtimes');
  }

  info(): Promise<PouchInfoResponse> {
    return this.transport.json('GET', '/pouch/info');
  }
}
