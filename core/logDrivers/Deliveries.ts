import type { Logger } from '../../hooks/defineHook.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { type Delivered, readDelivered, undeliveredBytes } from '../io/index.ts';
import type { GenerationHolder } from '../plugins/index.ts';
import { isUpOrRestarting } from '../state/status.ts';
import { Delivery } from './Delivery.ts';
import { logDriverMissing, logDrivers } from './LogDrivers.ts';

/** Milliseconds that the removal of a container waits for its driver. */
const finishMs = 5_000;

/** How far the delivery of a log is. */
export interface DeliveryState {
  /** Bytes of the log that wait. */
  readonly waiting: number;
  /** Bytes that rotation has removed before they were delivered, so far. */
  readonly lost: number;
  /** Why lines wait. */
  readonly problem?: string;
}

export interface DeliveriesOptions {
  readonly generations: GenerationHolder;
  readonly log: Logger;
  /** Errors of drivers may quote secrets. */
  hide(text: string): string;
  /** Emits an event about a container. */
  emit(action: string, record: ContainerRecord, attributes: Record<string, string>): void;
  /** Runs what outlives the operation that begins it. */
  apart(run: () => void): void;
}

/** The deliveries of all containers whose log driver gets their lines. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #deliveries = new Map<string, Delivery>();
  #isStopped = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Called when a container runs, and for each container when pouchd starts: the rest of its log is delivered. */
  begin(record: ContainerRecord): void {
    if (!delivers(record) || this.#isStopped || this.#deliveries.has(record.id)) return;
    this.#options.apart(() => void this.#deliveries.set(record.id, this.#delivery(record)));
  }

  /** Called after plugins were loaded again. */
  retryNow(): void {
    for (const delivery of this.#deliveries.values()) delivery.retryNow();
  }

  /** Before the removal of a container, which does not run: waits for its driver, but not forever. */
  async finish(record: ContainerRecord): Promise<void> {
    const delivery = this.#deliveries.get(record.id);
    if (!delivery) return;
    const isComplete = await delivery.finish(finishMs);
    const { problem } = delivery;
    await this.#end(record.id);
    const bytes = undeliveredBytes(record.paths.log, delivery.at);
    if (!isComplete && bytes > 0) this.#lost(record, bytes, problem);
  }

  /** Undefined for a container whose driver gets no lines. */
  stateOf(record: ContainerRecord): DeliveryState | undefined {
    if (!delivers(record)) return undefined;
    const { at, problem } = this.#deliveries.get(record.id) ?? { at: readDelivered(record.paths.log) };
    return this.#state(record, at, problem);
  }

  #state({ paths }: ContainerRecord, at: Delivered, problem: string | undefined): DeliveryState {
    return {
      waiting: undeliveredBytes(paths.log, at),
      lost: at.lost,
      ...(problem !== undefined && { problem: this.#options.hide(problem) }),
    };
  }

  /** Of the containers whose lines are on their way. */
  list(): { driver: string; state: DeliveryState }[] {
    return [...this.#deliveries.values()].map((delivery) => ({
      driver: delivery.record.draft.log.driver,
      state: this.#state(delivery.record, delivery.at, delivery.problem),
    }));
  }

  /** One per driver that does not take lines. */
  warnings(): string[] {
    const failing = this.list().filter(({ state }) => state.problem !== undefined);
    return [...new Set(failing.map(({ driver }) => driver))].map((driver) => {
      const own = failing.filter((one) => one.driver === driver);
      const bytes = own.reduce((sum, { state }) => sum + state.waiting, 0);
      const waiting = `${bytes} bytes of ${own.length} ${own.length === 1 ? 'container' : 'containers'} wait`;
      return `log driver ${driver}: ${waiting}: ${own[0]!.state.problem}`;
    });
  }

  /** At the end of pouchd. The next one continues. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#deliveries.keys()].map((id) => this.#end(id)));
  }

  async #end(id: string): Promise<void> {
    const delivery = this.#deliveries.get(id);
    this.#deliveries.delete(id);
    await delivery?.stop();
  }

  #delivery(record: ContainerRecord): Delivery {
    const { id } = record;
    const { generations } = this.#options;
    return new Delivery({
      record,
      isUp: () => isUpOrRestarting(record),
      write: async (lines, signal) =>
        await generations.use(async (generation) => {
          const { driver } = record.draft.log;
          const found = logDrivers(generation).get(driver);
          if (!found?.delivers) throw logDriverMissing(driver);
          await found.write(record.draft, lines, signal);
        }),
      onFailure: (problem) => this.#changed(record, problem),
      onLost: (bytes) => this.#lost(record, bytes, undefined),
      onDone: () => this.#deliveries.delete(id),
    });
  }

  #changed(record: ContainerRecord, problem: string | undefined): void {
    const { log, emit, hide } = this.#options;
    const { driver } = record.draft.log;
    const facts = { container: record.id, driver };
    if (problem === undefined) {
      log.info('a log driver takes lines again', facts);
      return emit('log_resumed', record, { driver });
    }
    const error = hide(problem);
    log.warn('a log driver does not take lines; they wait', { ...facts, error });
    emit('log_failed', record, { driver, error });
  }

  #lost(record: ContainerRecord, bytes: number, problem: string | undefined): void {
    const { log, emit, hide } = this.#options;
    const { driver } = record.draft.log;
    const error: Record<string, string> = problem === undefined ? {} : { error: hide(problem) };
    log.error('lines of a log were removed before their driver had them', {
      container: record.id,
      driver,
      bytes,
      ...error,
    });
    emit('log_lost', record, { driver, bytes: String(bytes), ...error });
  }
}

function delivers({ draft, paths }: ContainerRecord): boolean {
  return draft.effects['io']?.args['delivers'] === true && paths.log !== '';
}
