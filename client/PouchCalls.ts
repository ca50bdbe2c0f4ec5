import type { Hijacked, Transport } from './Transport.ts';
import type {
  BlameWire,
  ContainerCreateRequest,
  ContainerEffectWire,
  EffectLeftoverWire,
  EffectOriginWire,
  OperationWire,
  PlanResponse,
  PouchInfoResponse,
  ProfileWire,
  RichModeWire,
  RuntimeWire,
  StoredPlanResponse,
  TimelineWire,
} from './wire.ts';

export interface RunQuery {
  name?: string;
  platform?: string;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

export interface PlanQuery {
  name?: string;
  platform?: string;
  /** Leaves out the checks that look at the host. */
  offline?: boolean;
  /** Names of plugins whose taps are left out, with commas between them. */
  without?: string;
}

/** Calls that only pouchd has, under `/pouch`. */
export class PouchCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Returns the plan of a create without executing it, and what it would fail with. */
  plan(body: ContainerCreateRequest, query: PlanQuery = {}): Promise<PlanResponse> {
    return this.#transport.json('POST', '/pouch/plan', { body, query: { ...query } });
  }

  /**
   * Creates, attaches to, starts and waits for a container without a terminal. The stream has frames of output and of
   * {@link RunMessage}. Ending the socket closes stdin.
   */
  run(body: ContainerCreateRequest, query: RunQuery, signal?: AbortSignal): Promise<Hijacked> {
    const options = { body, query: { ...query }, ...(signal && { signal }) };
    return this.#transport.hijack('POST', '/pouch/run', options);
  }

  /** Creates and starts a container. The stream has frames of {@link RunMessage} only, and ends with the start. */
  runDetached(
    body: ContainerCreateRequest,
    query: Pick<RunQuery, 'name' | 'platform'>,
    signal?: AbortSignal,
  ): Promise<Hijacked> {
    const options = { body, query: { ...query }, ...(signal && { signal }) };
    return this.#transport.hijack('POST', '/pouch/run/detached', options);
  }

  /** Returns the plan that a container was created from. */
  storedPlan(ref: string): Promise<StoredPlanResponse> {
    return this.#transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/plan`);
  }

  /** Returns who set a field and those below it; all fields if undefined. */
  explain(ref: string, field?: string): Promise<BlameWire[]> {
    return this.#transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/explain`, {
      query: { field },
    });
  }

  /** Returns the content of a recording: the plan of a container, made again, with all that it was made of. */
  record(ref: string): Promise<Record<string, unknown>> {
    return this.#transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/recording`);
  }

  /** Returns what plugins did in the life of a container. */
  timeline(ref: string): Promise<TimelineWire[]> {
    return this.#transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/timeline`);
  }

  /** The effects of a container, applied and planned. */
  effects(ref: string): Promise<ContainerEffectWire[]> {
    return this.#transport.json('GET', `/pouch/containers/${encodeURIComponent(ref)}/effects`);
  }

  /** Returns who planned an effect, with its arguments. */
  explainEffect(ref: string, key: string): Promise<EffectOriginWire> {
    const path = `/pouch/containers/${encodeURIComponent(ref)}/effects/${encodeURIComponent(key)}`;
    return this.#transport.json('GET', path);
  }

  /** Undoes, or with `dryRun` lists, effects on the host that belong to no container. */
  collectEffects({ dryRun = false }: { dryRun?: boolean } = {}): Promise<EffectLeftoverWire[]> {
    return this.#transport.json('POST', '/pouch/effects/gc', { query: { dryrun: dryRun } });
  }

  /** Returns the effect that was given up: what it did stays on the host. */
  dropEffect(ref: string, key: string): Promise<ContainerEffectWire> {
    const path = `/pouch/containers/${encodeURIComponent(ref)}/effects/${encodeURIComponent(key)}`;
    return this.#transport.json('DELETE', path);
  }

  /** The operations that run now. */
  ops(): Promise<OperationWire[]> {
    return this.#transport.json('GET', '/pouch/ops');
  }

  /** Returns every runtime of the daemon, usable or not. */
  runtimes(): Promise<RuntimeWire[]> {
    return this.#transport.json('GET', '/pouch/runtimes');
  }

  /** Returns every profile that a container can have, by name. */
  profiles(): Promise<ProfileWire[]> {
    return this.#transport.json('GET', '/pouch/profiles');
  }

  /** Returns every rich mode that a container can have, by name. */
  richModes(): Promise<RichModeWire[]> {
    return this.#transport.json('GET', '/pouch/rich-modes');
  }

  /** Facts about the daemon that Docker's API does not have. */
  info(): Promise<PouchInfoResponse> {
    return this.#transport.json('GET', '/pouch/info');
  }
}
